import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { requestAttachment, requestDetachment } from "../../src/aws/attachments.ts";
import { getBytes } from "../support/s3-objects.ts";
import { removeTags } from "../../src/aws/tags.ts";
import { type AwsVolume, findVolumeById } from "../../src/aws/volumes.ts";
import { findInstance } from "../../src/aws/instances.ts";
import { tagKeys } from "../../src/tags.ts";
import { askAgent } from "../../src/volumes/ask-agent.ts";
import { attachVolume, planAttachment } from "../../src/volumes/attach-volume.ts";
import { detachVolume, planDetachment } from "../../src/volumes/detach-volume.ts";
import { ownedVolume } from "../support/ready-account.ts";
import { type AgentCloud, agentCloud } from "./support/agent-cloud.ts";
import { skipReason as skip } from "./support/kernel-cloud.ts";

const untilTold = `trap 'echo saved >/mnt/data/checkpoint; exit 3' TERM; echo ready; while :; do sleep 0.05; done`;

/** Below the volume, a second time, and as a container would have it. */
const mountedElsewhere = `mkdir /mnt/data/below /srv/twice
mount -t tmpfs tmpfs /mnt/data/below
mount --bind /mnt/data /srv/twice
unshare --mount --propagation private sleep 600 </dev/null >/dev/null 2>&1 &
until grep -q ' /srv/twice ' /proc/$!/mountinfo && [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.02; done`;

// One cloud for all: to stage the runtime costs as much as a boot. Much of each is waiting.
test("what an agent does for its instance", { skip, concurrency: 3 }, async (t) => {
  const cloud = await agentCloud(t);
  await Promise.all([
    t.test(
      "a notice: the command saves, the volume is free wherever it was mounted, and the next instance finds what was saved",
      () => noticeAndNext(cloud),
    ),
    t.test(
      "an agent that is killed comes back, finds the command alive and does not run it again",
      () => killedAgent(cloud),
    ),
    t.test(
      "an agent that hangs is killed and comes back, finds the command alive and ends the instance with it",
      () => hangingAgent(cloud),
    ),
    t.test(
      "requests: a freeze thaws, an unmount of what is in use fails, also of what the user mounted; stop frees the volume",
      () => requests(cloud),
    ),
    t.test(
      "a file system that was not unmounted cleanly is mounted for writing and refused for reading only",
      () => uncleanFileSystems(cloud),
    ),
    t.test("a volume with foreign data is refused, and the instance ends itself", () =>
      foreignData(cloud),
    ),
  ]);
});

async function noticeAndNext(cloud: AgentCloud): Promise<void> {
  const volume = await ownedVolume(cloud.aws);
  const volumes = [{ volume, mount: "/mnt/data", readOnly: false }];
  const first = await cloud.launch(["sh", "-c", untilTold], { volumes });
  await cloud.untilState(first, "running");
  await untilLogged(cloud, first, "ready");
  const mounted = await findVolumeById(cloud.aws, volume.volumeId);
  assert.equal(mounted?.tags[tagKeys.blank], undefined);
  assert.equal(mounted?.tags[tagKeys.usedBy], first);
  await cloud.inside(first, mountedElsewhere);

  await cloud.admin.interrupt(first, { noticeSeconds: 120, rebalance: false });
  await cloud.untilTag(first, tagKeys.message, /volumes released/);

  assert.equal(await cloud.stateOf(volume.volumeId), "available");
  assert.equal((await findInstance(cloud.aws, first))?.state, "running");
  const moments = await agentMoments(cloud, first);
  const order = ["noticeSeen", "sigtermSent", "commandEnded", "unmounted", "detached"];
  assert.deepEqual(
    moments.filter((moment) => order.includes(moment)),
    order,
  );

  const own = await makeForeign(cloud, volume.volumeId);
  const second = await cloud.launch(["cat", "/mnt/data/checkpoint"], {
    volumes: [{ ...volumes[0]!, volume: own }],
  });
  await cloud.untilOff(second);
  assert.deepEqual((await findVolumeById(cloud.aws, volume.volumeId))?.tags, own.tags);
  assert.equal(await commandLog(cloud, second), "saved\n");
  assert.equal((await findInstance(cloud.aws, second))?.tags[tagKeys.exitCode], "0");
  assert.deepEqual((await agentMoments(cloud, second)).includes("formatted"), false);
}

async function killedAgent(cloud: AgentCloud): Promise<void> {
  const volume = await ownedVolume(cloud.aws);
  const script = "echo began; until [ -e /tmp/go ]; do sleep 0.05; done; exit 4";
  const instanceId = await cloud.launch(["sh", "-c", script], {
    volumes: [{ volume, mount: "/mnt/data", readOnly: false }],
  });
  await cloud.untilState(instanceId, "running");
  await untilLogged(cloud, instanceId, "began");

  for (let kills = 0; kills < 3; kills += 1) {
    await cloud.inside(instanceId, "pkill -9 -f '^/opt/runctl/node '");
    await untilMoments(cloud, instanceId, "agentStarted", kills + 2);
  }
  await cloud.inside(instanceId, "touch /tmp/go");

  await cloud.untilOff(instanceId);
  assert.equal(await commandLog(cloud, instanceId), "began\n");
  assert.equal((await findInstance(cloud.aws, instanceId))?.tags[tagKeys.exitCode], "4");
  assert.equal(await cloud.stateOf(volume.volumeId), "available");
}

async function hangingAgent(cloud: AgentCloud): Promise<void> {
  const script = "echo began; until [ -e /tmp/go ]; do sleep 0.05; done; exit 4";
  const instanceId = await cloud.launch(["sh", "-c", script], { hungAfterSeconds: 1 });
  await cloud.untilState(instanceId, "running");
  await untilLogged(cloud, instanceId, "began");

  await cloud.inside(instanceId, "pkill -STOP -f '^/opt/runctl/node '");
  await untilMoments(cloud, instanceId, "agentStarted", 2);
  await cloud.inside(instanceId, "touch /tmp/go");

  assert.match(await cloud.untilOff(instanceId), /the agent hangs: it is started again/);
  assert.equal(await commandLog(cloud, instanceId), "began\n");
  assert.equal((await findInstance(cloud.aws, instanceId))?.tags[tagKeys.exitCode], "4");
}

async function requests(cloud: AgentCloud): Promise<void> {
  const volume = await ownedVolume(cloud.aws);
  const instanceId = await cloud.launch(["sh", "-c", `cd /mnt/data; ${untilTold}`], {
    volumes: [{ volume, mount: "/mnt/data", readOnly: false, fileSystem: "xfs" }],
    spot: false,
  });
  await cloud.untilState(instanceId, "running");
  await untilLogged(cloud, instanceId, "ready");
  const { volumeId } = volume;
  const ask = (verb: "freeze" | "thaw" | "unmount" | "grow") =>
    askAgent(cloud.aws, { instanceId, verb, volumeId }, {});

  await detachOwnMount(cloud, instanceId);
  assert.equal((await ask("freeze"))?.outcome, "ok");
  assert.equal((await ask("thaw"))?.outcome, "ok");
  assert.equal((await ask("grow"))?.outcome, "ok");
  const refused = await ask("unmount");
  assert.equal(refused?.outcome, "failed");
  assert.match(refused?.message ?? "", /in use by/);

  const stopped = await askAgent(cloud.aws, { instanceId, verb: "stop" }, {});
  assert.equal(stopped?.outcome, "ok");
  assert.equal(await cloud.stateOf(volumeId), "available");
}

async function uncleanFileSystems(cloud: AgentCloud): Promise<void> {
  const mounts = await Promise.all(
    (["ext4", "xfs"] as const).map(async (fileSystem) => {
      const volume = await ownedVolume(cloud.aws, { name: fileSystem });
      return { volume, mount: `/mnt/${fileSystem}`, fileSystem };
    }),
  );
  const forWriting = mounts.map((mount) => ({ ...mount, readOnly: false }));
  const readOnly = mounts.map((mount) => ({ ...mount, readOnly: true }));
  const write = "echo x | tee /mnt/ext4/x >/mnt/xfs/x; sync; echo ready; sleep 300";
  const first = await cloud.launch(["sh", "-c", write], { volumes: forWriting });
  await cloud.untilState(first, "running");
  await untilLogged(cloud, first, "ready");
  await cloud.admin.interrupt(first, { noticeSeconds: undefined, rebalance: false });
  await cloud.untilOff(first);

  for (const mount of readOnly) {
    const refused = await cloud.launch(["true"], { volumes: [mount] });
    await cloud.untilOff(refused);
    assert.match(
      (await findInstance(cloud.aws, refused))?.tags[tagKeys.message] ?? "",
      /was not unmounted cleanly/,
    );
  }

  await cloud.untilOff(await cloud.launch(["true"], { volumes: forWriting }));
  const script = "cd /mnt; cat */x; for fs in ext4 xfs; do echo y >$fs/y || echo refused; done";
  const last = await cloud.launch(["sh", "-c", script], { volumes: readOnly });
  await cloud.untilOff(last);
  assert.match(await commandLog(cloud, last), /^x\nx\n[^]*refused\n[^]*refused\n$/);
}

async function foreignData(cloud: AgentCloud): Promise<void> {
  const volume = await ownedVolume(cloud.aws);
  const writer = await cloud.launch([], { whenDone: "keep" });
  await cloud.untilState(writer, "running");
  const { volumeId } = volume;
  await requestAttachment(cloud.aws, { volumeId, instanceId: writer, device: "/dev/sdf" });
  await untilVolumeIs(cloud, volumeId, "in-use");
  await cloud.inside(
    writer,
    "until echo precious | dd of=/dev/nvme1n1 bs=1M seek=100 conv=nocreat,notrunc,fsync; do sleep 0.05; done",
  );
  await requestDetachment(cloud.aws, volumeId, { instanceId: writer, force: false });
  await untilVolumeIs(cloud, volumeId, "available");

  const instanceId = await cloud.launch(["true"], {
    volumes: [{ volume, mount: "/mnt/data", readOnly: false }],
  });
  await cloud.untilOff(instanceId);

  const { tags } = (await findInstance(cloud.aws, instanceId))!;
  assert.equal(tags[tagKeys.state], "failed");
  assert.match(tags[tagKeys.message] ?? "", /should be blank but holds/);
  assert.equal(await cloud.stateOf(volumeId), "available");
}

/** As if the user had made it and let instances attach it. */
async function makeForeign({ aws }: AgentCloud, volumeId: string): Promise<AwsVolume> {
  const before = await findVolumeById(aws, volumeId);
  const keys = Object.keys(before?.tags ?? {}).filter((key) => key !== tagKeys.access);
  await removeTags(aws, volumeId, keys);
  return (await findVolumeById(aws, volumeId))!;
}

/** A volume that the launch knows nothing of: attached, formatted, mounted and at last let go of by the user. */
async function detachOwnMount(cloud: AgentCloud, instanceId: string): Promise<void> {
  const { aws } = cloud;
  const quiet = { report: () => undefined };
  const own = await ownedVolume(aws, { name: "own", sizeGiB: 1 });
  const instance = (await findInstance(aws, instanceId))!;
  const attached = await attachVolume(aws, planAttachment(own, instance), quiet);
  const link = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${own.volumeId.replace("-", "")}`;
  await cloud.inside(
    instanceId,
    `until [ -e ${link} ]; do sleep 0.05; done; mkfs.ext4 -q ${link}; mkdir /srv/own; mount ${link} /srv/own
    cd /srv/own; sleep 600 >/dev/null 2>&1 & echo $! >/run/holder`,
  );
  const detach = async () =>
    detachVolume(aws, await planDetachment(aws, attached.volume), { ...quiet, force: false });

  await assert.rejects(detach(), { message: /\/srv\/own is in use by sleep/ });
  await cloud.inside(instanceId, "kill $(cat /run/holder)");
  assert.equal((await detach()).outcome, "detached");
  assert.equal(await cloud.stateOf(own.volumeId), "available");

  const again = await attachVolume(aws, planAttachment(own, instance), quiet);
  const unmounted = await planDetachment(aws, again.volume);
  assert.equal(
    (await detachVolume(aws, unmounted, { ...quiet, force: false })).outcome,
    "detached",
  );
}

async function untilLogged(cloud: AgentCloud, instanceId: string, text: string): Promise<void> {
  const log = "/var/log/runctl-command.log";
  for (const end = Date.now() + 120_000; ; await delay(50)) {
    if ((await cloud.inside(instanceId, `cat ${log}`)).stdout.includes(text)) return;
    assert.ok(Date.now() < end, `no '${text}' in the command's log`);
  }
}

async function untilMoments(
  cloud: AgentCloud,
  instanceId: string,
  moment: string,
  count: number,
): Promise<void> {
  for (const end = Date.now() + 120_000; ; await delay(50)) {
    const { stdout } = await cloud.inside(instanceId, "cat /var/log/runctl-agent.log");
    if (stdout.split(`"${moment}"`).length > count) return;
    assert.ok(Date.now() < end, `not ${count} times ${moment}`);
  }
}

async function untilVolumeIs(cloud: AgentCloud, volumeId: string, wanted: string): Promise<void> {
  for (const end = Date.now() + 120_000; (await cloud.stateOf(volumeId)) !== wanted;) {
    assert.ok(Date.now() < end, `${volumeId} is not ${wanted}`);
    await delay(50);
  }
}

async function commandLog(cloud: AgentCloud, instanceId: string): Promise<string> {
  const key = `logs/${instanceId}/command.log`;
  return Buffer.from(await getBytes(cloud.aws, { bucket: cloud.bucket, key })).toString();
}

async function agentMoments(cloud: AgentCloud, instanceId: string): Promise<string[]> {
  const key = `logs/${instanceId}/agent.log`;
  const text = Buffer.from(await getBytes(cloud.aws, { bucket: cloud.bucket, key })).toString();
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.flatMap((line) => (JSON.parse(line) as { moment?: string }).moment ?? []);
}
