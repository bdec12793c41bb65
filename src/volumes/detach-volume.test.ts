import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { runBareInstance } from "../../test/support/bare-instance.ts";
import { hurriedClock } from "../../test/support/hurried-clock.ts";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { mortalConnection, wasKilled } from "../../test/support/mortal-connection.ts";
import { formatAgentReply, parseAgentRequest } from "../agent-request.ts";
import { type Aws, connect } from "../aws/connect.ts";
import { type AwsInstance, findInstance } from "../aws/instances.ts";
import { putTags } from "../aws/tags.ts";
import { type AwsVolume, requestVolume } from "../aws/volumes.ts";
import { waitForVolume } from "../aws/wait-for-volume.ts";
import { createNullBackend, type NullBackend } from "../local-cloud/hosts/null-backend.ts";
import { tagKeys } from "../tags.ts";
import { attachVolume, planAttachment } from "./attach-volume.ts";
import { detachVolume, planDetachment } from "./detach-volume.ts";
import { requireVolume } from "./find-volume.ts";

const quiet = { report: () => undefined };
const gentle = { ...quiet, force: false };
const zone = "us-east-1a";

interface Scene {
  aws: Aws;
  connectOptions: Parameters<typeof connect>[0];
  backend: NullBackend;
  instance: AwsInstance;
  volume: AwsVolume;
}

/** A running instance and a volume that is mounted on it. */
async function mounted(t: TestContext, tags: Record<string, string> = {}): Promise<Scene> {
  const backend = createNullBackend();
  const { connectOptions } = await startTestCloud(t, { backend });
  const aws = connect(connectOptions);
  const instance = await runBareInstance(aws, { zone, tags });
  const free = await freeVolume(aws);
  const { volume } = await attachVolume(aws, planAttachment(free, instance), quiet);
  backend.setMounted(instance.instanceId, volume.volumeId, true);
  return { aws, connectOptions, backend, instance, volume };
}

async function freeVolume(aws: Aws): Promise<AwsVolume> {
  const volumeId = await requestVolume(aws, {
    sizeGiB: 1,
    type: "gp3",
    zone,
    iops: undefined,
    throughputMiBps: undefined,
    kmsKeyId: undefined,
    multiAttach: false,
    tags: { [tagKeys.managed]: "true" },
    clientToken: crypto.randomUUID(),
  });
  return waitForVolume(aws, volumeId, ({ state }) => state === "available", { until: "be made" });
}

const withAgent = { [tagKeys.managed]: "true", [tagKeys.state]: "running" };

/** Plays the agent: answers one request. */
async function answer({ aws, backend, instance }: Scene, outcome: "ok" | "failed"): Promise<void> {
  const { instanceId } = instance;
  for (;;) {
    const seen = await findInstance(aws, instanceId);
    const request = parseAgentRequest(seen?.tags[tagKeys.request] ?? "");
    await delay(20);
    if (!request) continue;
    if (outcome === "ok") backend.setMounted(instanceId, request.volumeId ?? "", false);
    const reply = { id: request.id, outcome, message: outcome === "ok" ? "" : "train.py has it" };
    await putTags(aws, instanceId, { [tagKeys.reply]: formatAgentReply(reply) });
    return;
  }
}

test("the agent unmounts before the volume is detached", async (t) => {
  const scene = await mounted(t, withAgent);
  const plan = await planDetachment(scene.aws, scene.volume);

  const [result] = await Promise.all([detachVolume(scene.aws, plan, gentle), answer(scene, "ok")]);

  assert.equal(result.outcome, "detached");
  assert.equal(result.volume.state, "available");
});

test("a volume that the agent cannot unmount stays attached, and not busy", async (t) => {
  const scene = await mounted(t, withAgent);
  const plan = await planDetachment(scene.aws, scene.volume);

  const detaching = detachVolume(scene.aws, plan, gentle);
  await Promise.all([
    assert.rejects(detaching, { code: "OPERATION_FAILED", message: /train\.py has it/ }),
    answer(scene, "failed"),
  ]);

  const after = await requireVolume(scene.aws, scene.volume.volumeId);
  assert.deepEqual(
    after.attachments.map(({ state }) => state),
    ["attached"],
  );
});

test("an agent that does not answer in time leaves the volume attached", async (t) => {
  const { aws, volume } = await mounted(t, withAgent);
  const plan = await planDetachment(aws, volume);

  await assert.rejects(detachVolume(aws, plan, { ...gentle, clock: hurriedClock() }), {
    code: "TIMEOUT",
  });

  const after = await requireVolume(aws, volume.volumeId);
  assert.deepEqual(
    after.attachments.map(({ state }) => state),
    ["attached"],
  );
});

test("without an agent nothing is touched unless force is asked for", async (t) => {
  const { aws, volume } = await mounted(t);
  const plan = await planDetachment(aws, volume);

  await assert.rejects(detachVolume(aws, plan, gentle), { code: "REFUSED", hint: /--force/ });

  const after = await requireVolume(aws, volume.volumeId);
  assert.deepEqual(
    after.attachments.map(({ state }) => state),
    ["attached"],
  );
});

test("with force a mounted volume is taken away once it stays busy", async (t) => {
  const { aws, volume } = await mounted(t);
  const plan = await planDetachment(aws, volume);

  const { outcome, volume: after } = await detachVolume(aws, plan, {
    ...quiet,
    force: true,
    clock: hurriedClock(),
  });

  assert.equal(outcome, "detached");
  assert.equal(after.state, "available");
});

test("a volume that is attached to nothing is left as it is", async (t) => {
  const { aws } = await mounted(t);
  const plan = await planDetachment(aws, await freeVolume(aws));

  assert.equal((await detachVolume(aws, plan, gentle)).outcome, "kept");
});

test("another instance than the one that has it is a conflict", async (t) => {
  const { aws, volume } = await mounted(t);

  await assert.rejects(planDetachment(aws, volume, "i-0fedcba9876543210"), {
    code: "CONFLICT",
    message: /not to i-0fedcba9876543210/,
  });
});

for (const when of ["before", "after"] as const) {
  test(`an attachment killed ${when} each call and asked for again is made once`, async (t) => {
    const { aws, connectOptions, instance } = await mounted(t);
    for (let atCall = 1; ; atCall += 1) {
      const { volumeId } = await freeVolume(aws);
      const attach = async (connection: Aws) => {
        const volume = await requireVolume(connection, volumeId);
        const there = await findInstance(connection, instance.instanceId);
        return attachVolume(connection, planAttachment(volume, there ?? instance), quiet);
      };
      const mortal = await mortalConnection(connectOptions, { atCall, when });
      const died = await wasKilled(attach(mortal.aws));

      const { volume } = await attach(aws);

      assert.deepEqual(
        volume.attachments.map(({ state }) => state),
        ["attached"],
      );
      if (!died) break;
      assert.ok(atCall < 20, "the attachment never ended");
    }
  });
}

test("the agent of an instance that stays after its command is done is asked, too", async (t) => {
  const { aws, volume } = await mounted(t, { ...withAgent, [tagKeys.state]: "done" });
  assert.equal((await planDetachment(aws, volume)).unmountBy, "agent");
});
