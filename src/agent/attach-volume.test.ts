import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { runBareInstance } from "../../test/support/bare-instance.ts";
import { ownedVolume, readyAccount } from "../../test/support/ready-account.ts";
import { requestDetachment } from "../aws/attachments.ts";
import { findVolumeById } from "../aws/volumes.ts";
import { systemClock as clock } from "../clock.ts";
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
      {
        volumeId,
        mount: "/mnt",
        readOnly,
        fileSystem: "ext4",
        attachedAtLaunch: false,
        lifetime: "keep",
      },
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
