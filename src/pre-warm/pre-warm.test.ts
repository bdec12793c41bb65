import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createFillingBackend, type GuestPlay } from "../../test/support/filling-backend.ts";
import { quickClock } from "../../test/support/quick-clock.ts";
import {
  changesSomething,
  mortalConnection,
  wasKilled,
} from "../../test/support/mortal-connection.ts";
import { ownedVolume, readyAccount } from "../../test/support/ready-account.ts";
import type { Aws } from "../aws/connect.ts";
import { ensureBucket } from "../aws/buckets.ts";
import { describeInstances } from "../aws/instances.ts";
import { deleteObject, putBytes } from "../../test/support/s3-objects.ts";
import { callerIdentity } from "../aws/sts.ts";
import { putTags, removeTags } from "../aws/tags.ts";
import { findVolumeById } from "../aws/volumes.ts";
import { ensureStagingBucket } from "../instances/ensure-staging-bucket.ts";
import { runtimeFile } from "../instances/runtime-binary.ts";
import { setUpAccount } from "../instances/set-up-account.ts";
import type { ProgressEvent } from "../progress.ts";
import { tagKeys } from "../tags.ts";
import { isUnfinished, nameOf, ownedVolumes } from "../volumes/owned-volumes.ts";
import type { VolumeRequest } from "../volumes/volume-request.ts";
import { createFilledVolume, planFilledVolume } from "./create-filled-volume.ts";
import { preWarm } from "./pre-warm.ts";

const source = "s3://datasets/digits/";

async function accountReady(t: TestContext, ...plays: GuestPlay[]) {
  const backend = createFillingBackend();
  const { aws, connectOptions } = await readyAccount(t, { backend });
  backend.aws = aws;
  if (plays.length > 0) backend.plays = plays;
  const access = { reads: ["datasets/digits/"], writes: [], kmsKeys: [] };
  await setUpAccount(aws, { access }, { report: () => undefined });
  await ensureBucket(aws, { bucket: "datasets", accountRegional: false });
  await putBytes(aws, { bucket: "datasets", key: "digits/0" }, Buffer.from("0"));
  return { aws, backend, connectOptions };
}

function wish(name: string): VolumeRequest {
  return {
    name,
    sizeGiB: 8,
    type: "gp3",
    role: "data",
    lifetime: "keep",
    fileSystem: "ext4",
    multiAttach: false,
    tags: {},
    project: "runctl",
    preWarmFrom: source,
  };
}

async function create(aws: Aws, name: string, events: ProgressEvent[] = []) {
  const plan = await planFilledVolume(aws, wish(name));
  const report = (event: ProgressEvent) => void events.push(event);
  return createFilledVolume(aws, plan, { report, clock: quickClock() });
}

test("a volume is made, filled by a temporary instance and finished", async (t) => {
  const { aws } = await accountReady(t);

  const { outcome, volume } = await create(aws, "warm");

  assert.equal(outcome, "created");
  assert.equal(volume.state, "available");
  assert.equal(volume.tags[tagKeys.manifest], "0123");
  assert.equal(volume.tags[tagKeys.source], source);
  assert.ok(!isUnfinished(volume));
  const instances = await describeInstances(aws, {});
  assert.deepEqual(
    instances.map(({ state, lifecycle, zone }) => ({ state, lifecycle, zone })),
    [{ state: "terminated", lifecycle: "spot", zone: volume.zone }],
  );
  assert.equal((await create(aws, "warm")).outcome, "kept");
});

test("instances that end too early are replaced", async (t) => {
  const { aws } = await accountReady(t, "vanish", "vanish", "fill");

  const { volume } = await create(aws, "warm");

  assert.ok(tagKeys.manifest in volume.tags);
  assert.equal((await describeInstances(aws, {})).length, 3);
});

test("an agent that fails ends the fill with its own words, and the command again goes on", async (t) => {
  const { aws } = await accountReady(t, "fail", "fill");

  await assert.rejects(create(aws, "warm"), { code: "INSTANCE_FAILED", message: /disk is full/ });
  const { volume } = await create(aws, "warm");

  assert.ok(tagKeys.manifest in volume.tags);
  assert.equal((await ownedVolumes(aws)).length, 1);
});

test("keys that cannot be files are listed, and the volume is not warm until a fill without any", async (t) => {
  const { aws } = await accountReady(t, "fill but one key", "fill");
  const events: ProgressEvent[] = [];

  await assert.rejects(create(aws, "nearly", events), { code: "PARTLY_DONE", message: /^1 keys/ });
  const notes = events.flatMap((event) => (event.kind === "note" ? event.text : []));
  assert.ok(notes.includes('left out "digits/../x": it leaves'), notes.join("\n"));
  assert.equal((await describeInstances(aws, {})).length, 1, "no second instance was tried");

  const { volume } = await create(aws, "nearly");
  assert.ok(tagKeys.manifest in volume.tags);
});

test("keys that cannot be files are found in a staging bucket of the user's own", async (t) => {
  const { aws, backend } = await accountReady(t, "fill but one key");
  const caller = await callerIdentity(aws);
  const stagingBucket = "my-staging";
  await ensureStagingBucket(aws, caller, { bucket: stagingBucket, accountRegional: false });
  await putBytes(aws, { bucket: stagingBucket, key: runtimeFile("x86_64").key }, "-");
  backend.stagingBucket = stagingBucket;
  const volume = await ownedVolume(aws);

  const fill = preWarm(
    aws,
    { volume, source, op: "0123456789abcdef", account: { stagingBucket } },
    { report: () => undefined, clock: quickClock() },
  );
  await assert.rejects(fill, { code: "PARTLY_DONE" });

  assert.equal((await describeInstances(aws, {})).length, 1, "no second instance was tried");
});

test("a volume of the user's own that was warm is not called verified by an instance that vanished", async (t) => {
  const { aws } = await accountReady(t, "vanish", "fail");
  const made = await ownedVolume(aws);
  await putTags(aws, made.volumeId, { [tagKeys.manifest]: "of an earlier fill" });
  await removeTags(aws, made.volumeId, [tagKeys.managed]);
  const volume = (await findVolumeById(aws, made.volumeId))!;

  const fill = preWarm(
    aws,
    { volume, source, op: "0123456789abcdef" },
    { report: () => undefined, clock: quickClock() },
  );
  await assert.rejects(fill, { code: "INSTANCE_FAILED" });

  const after = await findVolumeById(aws, made.volumeId);
  assert.ok(after && !(tagKeys.manifest in after.tags));
  assert.ok(!(tagKeys.source in after.tags), "it stays the user's own");
});

test("a volume of the user's own is filled, and gets no tag but the one that was confirmed", async (t) => {
  const { aws } = await accountReady(t);
  const made = await ownedVolume(aws);
  await removeTags(aws, made.volumeId, Object.keys(made.tags));
  await putTags(aws, made.volumeId, { Name: "mine", [tagKeys.access]: "true" });
  const volume = (await findVolumeById(aws, made.volumeId))!;
  const amounts: number[] = [];

  const filled = await preWarm(
    aws,
    { volume, source, op: "0123456789abcdef", mount: "/mnt/digits" },
    {
      report: (event) => void (event.kind === "amount" && amounts.push(event.done)),
      clock: quickClock(),
    },
  );

  assert.deepEqual(filled.tags, { Name: "mine", [tagKeys.access]: "true" });
  assert.ok(amounts.includes(1), "its progress is shown all the same");
});

test("a source without objects is refused before anything is made", async (t) => {
  const { aws } = await accountReady(t);
  await deleteObject(aws, { bucket: "datasets", key: "digits/0" });

  await assert.rejects(planFilledVolume(aws, wish("warm")), {
    code: "NOT_FOUND",
    message: "there are no objects below s3://datasets/digits/",
  });
});

test("a source that instances may not read is refused before anything is made", async (t) => {
  const { aws } = await accountReady(t);

  const elsewhere = { ...wish("warm"), preWarmFrom: "s3://other/data/" };
  await assert.rejects(planFilledVolume(aws, elsewhere), {
    code: "CONFIGURATION",
    hint: "runctl aws setup --read s3://other/data/",
  });

  assert.deepEqual(await ownedVolumes(aws), []);
});

test("a second fill launches a new instance, and the volume is not warm meanwhile", async (t) => {
  const { aws } = await accountReady(t, "fill", "fail");
  const { volume } = await create(aws, "warm");

  const again = preWarm(
    aws,
    { volume, source, op: "0123456789abcdef", mount: "/mnt/digits" },
    { report: () => undefined, clock: quickClock() },
  );
  await assert.rejects(again, { code: "INSTANCE_FAILED" });

  const [after] = await ownedVolumes(aws);
  assert.ok(after && !(tagKeys.manifest in after.tags));
  assert.equal(after.tags[tagKeys.mount], "/mnt/digits");
});

test("a volume that was filled from elsewhere is refused before anything is launched, and stays warm", async (t) => {
  const { aws } = await accountReady(t);
  const { volume } = await create(aws, "warm");
  const elsewhere = { volume, source: "s3://datasets/other/", op: "0123456789abcdef" };

  await assert.rejects(preWarm(aws, elsewhere, { report: () => undefined }), {
    code: "CONFLICT",
    message:
      /^warm \(vol-\w+\) was filled from s3:\/\/datasets\/digits\/, not from s3:\/\/datasets\/other\/$/,
  });

  const [after] = await ownedVolumes(aws);
  assert.deepEqual(after?.tags, volume.tags);
  assert.equal((await describeInstances(aws, {})).length, 1);
});

test("killed at each change and run again, it ends in one warm volume and no instance", async (t) => {
  const { aws, backend, connectOptions } = await accountReady(t);
  for (const when of ["before", "after"] as const) {
    for (let atCall = 1; ; atCall += 1) {
      const name = `volume-${when}-${atCall}`;
      const death = { atCall, when, among: changesSomething };
      const mortal = await mortalConnection(connectOptions, death);
      const died = await wasKilled(create(mortal.aws, name));

      await create(aws, name);
      await backend.atRest();

      const volumes = (await ownedVolumes(aws)).filter((volume) => nameOf(volume) === name);
      const place = `a death ${when} ${mortal.calls.at(-1)}`;
      assert.equal(volumes.length, 1, `${volumes.length} volumes after ${place}`);
      assert.ok(volumes[0] && tagKeys.manifest in volumes[0].tags, `not warm after ${place}`);
      assert.ok(!isUnfinished(volumes[0]), `unfinished after ${place}`);
      const filters = [{ Name: "tag:Name", Values: [`pre-warm-${name}`] }];
      const instances = await describeInstances(aws, { filters });
      assert.deepEqual(
        instances.map(({ state }) => state),
        ["terminated"],
        `instances after ${place}`,
      );
      if (!died) break;
      assert.ok(atCall < 20, "it never got to its end");
    }
  }
});
