import assert from "node:assert/strict";
import { test } from "node:test";
import { runBareInstance } from "../../test/support/bare-instance.ts";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { ownedVolume } from "../../test/support/ready-account.ts";
import { connect } from "../aws/connect.ts";
import { findVolumeById } from "../aws/volumes.ts";
import { attachVolume, planAttachment } from "./attach-volume.ts";
import { deleteVolume } from "./delete-volume.ts";
import { listVolumes } from "./list-volumes.ts";

const quiet = { report: () => undefined };

test("a free volume is deleted, and deleting it again is no error", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  const volume = await ownedVolume(aws, { name: "datasets" });

  await deleteVolume(aws, volume, quiet);
  await deleteVolume(aws, volume, quiet);

  assert.equal(await findVolumeById(aws, volume.volumeId), undefined);
});

test("an attached volume is refused with the instance that has it, and listed as used", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  const free = await ownedVolume(aws, { name: "free" });
  const wanted = await ownedVolume(aws, { name: "used" });
  const instance = await runBareInstance(aws, { zone: wanted.zone });
  const { volume } = await attachVolume(aws, planAttachment(wanted, instance), quiet);

  await assert.rejects(deleteVolume(aws, volume, quiet), {
    code: "CONFLICT",
    message: `used (${volume.volumeId}) is attached to ${instance.instanceId}`,
  });

  const ids = async (query: Parameters<typeof listVolumes>[1]) =>
    (await listVolumes(aws, query)).map(({ volumeId }) => volumeId);
  assert.deepEqual(await ids({ unused: false }), [free.volumeId, volume.volumeId]);
  assert.deepEqual(await ids({ unused: true }), [free.volumeId]);
  assert.deepEqual(await ids({ unused: false, state: "in-use" }), [volume.volumeId]);
  assert.deepEqual(await ids({ unused: false, name: "free", zone: "us-east-1b" }), []);
});
