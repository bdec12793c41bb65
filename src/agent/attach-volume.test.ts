import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { runBareInstance } from "../../test/support/bare-instance.ts";
import { hurriedClock } from "../../test/support/hurried-clock.ts";
import { ownedVolume, readyAccount } from "../../test/support/ready-account.ts";
import { requestDetachment } from "../aws/attachments.ts";
import type { Aws } from "../aws/connect.ts";
import type { AwsInstance } from "../aws/instances.ts";
import { putTags } from "../aws/tags.ts";
import { findVolumeById } from "../aws/volumes.ts";
import { systemClock as clock } from "../clock.ts";
import type { VolumeSpec } from "../launch-spec.ts";
import { tagKeys } from "../tags.ts";
import { attachVolume } from "./attach-volume.ts";

const log = { moment: () => undefined, note: () => undefined, console: () => undefined };

test("of a multi-attach volume, too, only one instance gets it for writing; any number for reading", async (t) => {
  const { aws } = await readyAccount(t);
  const volume = await ownedVolume(aws, { type: "io2", multiAttach: true });
  const { volumeId, zone } = volume;
  const [first, second, third] = await Promise.all(
    [1, 2, 3].map(() => runBareInstance(aws, { zone })),
  );
  const attach = ({ instanceId }: { instanceId: string }, readOnly: boolean) =>
    attachVolume(
      { aws, instanceId, log, clock, signal: t.signal },
      specOf(volumeId, { readOnly }),
      0,
    );
  const holders = async () =>
    (await findVolumeById(aws, volumeId))?.attachments
      .map(({ instanceId }) => instanceId)
      .toSorted();

  // Both at the same time, as two lines typed at once.
  const winner = await Promise.race(
    [first!, second!].map(async (one, index) => (await attach(one, false), index)),
  );
  const [holder, waiting] = winner === 0 ? [first!, second!] : [second!, first!];
  await delay(3_000);
  assert.deepEqual(await holders(), [holder.instanceId]);

  const next = attach(waiting, false);
  await requestDetachment(aws, volumeId, { instanceId: holder.instanceId, force: false });
  await next;
  assert.deepEqual(await holders(), [waiting.instanceId]);

  await requestDetachment(aws, volumeId, { instanceId: waiting.instanceId, force: false });
  await Promise.all([attach(first!, true), attach(third!, true)]);
  assert.deepEqual(await holders(), [first!.instanceId, third!.instanceId].toSorted());
});

test("who works on keeps its volume, and who waits for that gives up after a minute; one that leaves is waited for", async (t) => {
  const { aws } = await readyAccount(t);
  const { volumeId, zone } = await ownedVolume(aws);
  const [holder, waiting] = await Promise.all([
    runBareInstance(aws, { zone, tags: { [tagKeys.state]: "running" } }),
    runBareInstance(aws, { zone }),
  ]);
  await attachVolume(contextOf(t, aws, holder), specOf(volumeId), 0);

  await assert.rejects(attachVolume(contextOf(t, aws, waiting), specOf(volumeId), 0), {
    code: "CONFLICT",
    message: `${volumeId} is used by ${holder.instanceId}, which is not leaving`,
  });

  await putTags(aws, holder.instanceId, { [tagKeys.state]: "interrupted" });
  const hurried = contextOf(t, aws, waiting);
  const start = hurried.clock.now();
  const next = attachVolume(hurried, specOf(volumeId), 0);
  while (hurried.clock.now() - start < 120_000) await delay(1);
  await requestDetachment(aws, volumeId, { instanceId: holder.instanceId, force: false });
  assert.equal((await next).attachments[0]?.instanceId, waiting.instanceId);
});

function contextOf(t: TestContext, aws: Aws, { instanceId }: AwsInstance) {
  return { aws, instanceId, log, clock: hurriedClock(), signal: t.signal };
}

function specOf(volumeId: string, { readOnly = false } = {}): VolumeSpec {
  return {
    volumeId,
    mount: "/mnt",
    readOnly,
    fileSystem: "ext4",
    attachedAtLaunch: false,
    lifetime: "keep",
  };
}
