import assert from "node:assert/strict";
import { test } from "node:test";
import { StartInstancesCommand } from "@aws-sdk/client-ec2";
import { findInstance } from "../../src/aws/instances.ts";
import { findVolumeById } from "../../src/aws/volumes.ts";
import { stopInstance, terminateInstance } from "../../src/instances/end-instance.ts";
import { setUpAccount } from "../../src/instances/set-up-account.ts";
import { instanceLog } from "../../src/instances/instance-logs.ts";
import { putBytes } from "../support/s3-objects.ts";
import { ensureBucket } from "../../src/aws/buckets.ts";
import { preWarm } from "../../src/pre-warm/pre-warm.ts";
import type { ProgressEvent } from "../../src/progress.ts";
import { tagKeys } from "../../src/tags.ts";
import { ownedVolume } from "../support/ready-account.ts";
import { type AgentCloud, agentCloud } from "./support/agent-cloud.ts";
import { skipReason as skip, until } from "./support/kernel-cloud.ts";

const quiet = { report: () => undefined };

test("how an instance ends", { skip, concurrency: 4 }, async (t) => {
  const cloud = await agentCloud(t);
  await Promise.all([
    t.test("by a shutdown from outside or inside: the command saves, journals are clean", () =>
      shutdowns(cloud),
    ),
    t.test("by its longest lifetime, which the agent keeps", () => lifetime(cloud)),
    t.test("not by a rebalance recommendation; silent after a reboot, it is switched off", () =>
      rebalanceAndReboot(cloud),
    ),
    t.test("a fill with a key that cannot be a file is partly done and not warm", () =>
      partialFill(cloud),
    ),
  ]);
});

async function shutdowns(cloud: AgentCloud): Promise<void> {
  const { aws } = cloud;
  const script = `trap 'echo saved >/mnt/data/saved; exit 0' TERM
    echo unsynced >/mnt/data/unsynced; echo ready; while :; do sleep 0.05; done`;
  const ends = {
    ext4: async (instanceId: string) => {
      const instance = await findInstance(aws, instanceId);
      await terminateInstance(aws, instance!, quiet);
    },
    xfs: async (instanceId: string) => {
      // In the background, because the shutdown ends whoever asks for it.
      await cloud.inside(instanceId, "(sleep 0.2; poweroff) >/dev/null 2>&1 &");
    },
  };
  const used = await Promise.all(
    (["ext4", "xfs"] as const).map(async (fileSystem) => {
      const volume = await ownedVolume(aws, { name: fileSystem });
      const mount = { volume, mount: "/mnt/data", readOnly: false, fileSystem };
      const instanceId = await cloud.launch(["sh", "-c", script], { volumes: [mount] });
      await untilLogged(cloud, instanceId, "ready");
      await ends[fileSystem](instanceId);
      await cloud.untilOff(instanceId);
      assert.equal(await cloud.stateOf(volume.volumeId), "available");
      // Without replaying a journal: were it not clean, the agent would refuse to mount it.
      return { volume, mount: `/mnt/${fileSystem}`, readOnly: true, fileSystem };
    }),
  );

  const files = used.flatMap(({ mount }) => [`${mount}/saved`, `${mount}/unsynced`]);
  const reader = await cloud.launch(["cat", ...files], { volumes: used });
  await cloud.untilOff(reader);
  const log = await instanceLog(aws, reader);
  assert.deepEqual(log, { from: "command", text: "saved\nunsynced\n".repeat(2) });
}

async function lifetime(cloud: AgentCloud): Promise<void> {
  const instanceId = await cloud.launch(["sleep", "300"], { maxLifetimeSeconds: 6 });
  await cloud.untilOff(instanceId);
  const { tags } = (await findInstance(cloud.aws, instanceId))!;
  assert.equal(tags[tagKeys.state], "failed");
  assert.match(tags[tagKeys.message] ?? "", /^its longest lifetime is over/);
}

async function rebalanceAndReboot(cloud: AgentCloud): Promise<void> {
  const { aws } = cloud;
  const script = `trap 'echo heard' USR1; trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done`;
  const instanceId = await cloud.launch([], {
    work: {
      kind: "command",
      command: ["sh", "-c", script],
      environment: { RUNCTL_REBALANCE_SIGNAL: "SIGUSR1" },
      asRoot: false,
      whenDone: "keep",
    },
    spot: false,
  });
  await untilLogged(cloud, instanceId, "ready");

  await cloud.admin.interrupt(instanceId, { noticeSeconds: undefined, rebalance: true });
  await untilLogged(cloud, instanceId, "heard");
  const running = (await findInstance(aws, instanceId))!;
  assert.deepEqual([running.state, running.tags[tagKeys.state]], ["running", "running"]);
  const moments = await cloud.inside(instanceId, "cat /var/log/runctl-agent.log");
  assert.doesNotMatch(moments.stdout, /sigtermSent|shutdownSeen/);

  // At the next boot: an agent that never reports, and 30 minutes that a test can wait for.
  await cloud.inside(
    instanceId,
    `echo 'setInterval(() => {}, 1000);' >/opt/runctl/agent.mjs
    sed -i 's/^off_after 1800 /off_after 3 /' /var/lib/cloud/scripts/per-boot/runctl`,
  );
  await stopInstance(aws, running, quiet);
  const ec2 = await aws.ec2();
  await ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
  assert.match(await cloud.untilOff(instanceId), /no sign of life: power off/);
}

async function partialFill(cloud: AgentCloud): Promise<void> {
  const { aws } = cloud;
  await ensureBucket(aws, { bucket: "digits", accountRegional: false });
  for (const key of ["a", "b/c", "../escaped"])
    await putBytes(aws, { bucket: "digits", key: `data/${key}` }, key);
  const source = "s3://digits/data/";
  await setUpAccount(aws, { access: { reads: ["digits/data/"], writes: [], kmsKeys: [] } }, quiet);
  const volume = await ownedVolume(aws, { name: "digits", sizeGiB: 1 });
  const events: ProgressEvent[] = [];
  const report = (event: ProgressEvent) => void events.push(event);

  await assert.rejects(preWarm(aws, { volume, source, op: "fill-digits" }, { report }), {
    code: "PARTLY_DONE",
    message: `1 keys cannot be files, so ${volume.volumeId} is not warm; it has all other objects`,
  });

  const notes = events.flatMap((event) => (event.kind === "note" ? event.text : []));
  assert.ok(
    notes.some((text) => text.startsWith('left out "data/../escaped": ')),
    notes.join("\n"),
  );
  const after = (await findVolumeById(aws, volume.volumeId))!;
  assert.equal(after.state, "available");
  assert.equal(after.tags[tagKeys.manifest], undefined);
  assert.equal(after.tags[tagKeys.progress], "66% 2/3 objects verified");
}

async function untilLogged(cloud: AgentCloud, instanceId: string, text: string): Promise<void> {
  await cloud.untilState(instanceId, "running");
  await until(`'${text}' in the command's log`, async () => {
    const { stdout } = await cloud.inside(instanceId, "cat /var/log/runctl-command.log");
    return stdout.includes(text);
  });
}
