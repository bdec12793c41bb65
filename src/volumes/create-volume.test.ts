import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { mortalConnection, wasKilled } from "../../test/support/mortal-connection.ts";
import { type Aws, connect } from "../aws/connect.ts";
import { describeVolumes } from "../aws/volumes.ts";
import { createNullBackend } from "../local-cloud/hosts/null-backend.ts";
import { tagKeys } from "../tags.ts";
import { createVolume, finishVolume } from "./create-volume.ts";
import { deleteVolume } from "./delete-volume.ts";
import { isUnfinished, nameOf, ownedVolumes } from "./owned-volumes.ts";
import { planVolume } from "./plan-volume.ts";
import type { VolumeRequest } from "./volume-request.ts";

const silent = { report: () => undefined };

function wish(members: Partial<VolumeRequest> = {}): VolumeRequest {
  return {
    sizeGiB: 8,
    type: "gp3",
    role: "data",
    lifetime: "keep",
    fileSystem: "ext4",
    multiAttach: false,
    tags: {},
    project: "runctl",
    ...members,
  };
}

async function create(aws: Aws, members: Partial<VolumeRequest> = {}) {
  const plan = await planVolume(aws, wish(members));
  const { outcome, volume } = await createVolume(aws, plan, silent);
  return { outcome, volume: outcome === "kept" ? volume : await finishVolume(aws, volume) };
}

async function cloudWithUser(t: TestContext) {
  const { connectOptions } = await startTestCloud(t);
  return { connectOptions, aws: connect(connectOptions) };
}

test("a volume is made encrypted, available and finished", async (t) => {
  const { aws } = await cloudWithUser(t);

  const { outcome, volume } = await create(aws, { name: "datasets", tags: { team: "vision" } });

  assert.equal(outcome, "created");
  const [seen] = await describeVolumes(aws, { volumeIds: [volume.volumeId] });
  assert.deepEqual(seen, volume);
  assert.equal(volume.state, "available");
  assert.equal(volume.encrypted, true);
  assert.equal(volume.zone, "us-east-1a");
  assert.equal(volume.tags["team"], "vision");
  assert.equal(volume.tags[tagKeys.blank], "true");
  assert.ok(!isUnfinished(volume));
});

test("a name with the same parameters is kept, with others it is a conflict", async (t) => {
  const { aws } = await cloudWithUser(t);
  const first = await create(aws, { name: "datasets" });

  const again = await create(aws, { name: "datasets" });

  assert.deepEqual(
    { outcome: again.outcome, volumeId: again.volume.volumeId },
    { outcome: "kept", volumeId: first.volume.volumeId },
  );
  await assert.rejects(create(aws, { name: "datasets", sizeGiB: 9 }), {
    code: "CONFLICT",
    message: `datasets (${first.volume.volumeId}) is there with other parameters: size 8 GiB, not 9 GiB`,
  });
  assert.equal((await ownedVolumes(aws)).length, 1);
});

test("without a name, the same command makes another volume", async (t) => {
  const { aws } = await cloudWithUser(t);

  const volumes = [await create(aws), await create(aws), await create(aws)];

  assert.equal(new Set(volumes.map(({ volume }) => volume.volumeId)).size, 3);
});

test("after a deletion the same command makes a new volume, whatever its client token stood for", async (t) => {
  const { aws } = await cloudWithUser(t);
  const first = await create(aws);
  const second = await create(aws);
  await deleteVolume(aws, first.volume, silent);

  const third = await create(aws);

  assert.ok(![first, second].some(({ volume }) => volume.volumeId === third.volume.volumeId));
  assert.equal((await ownedVolumes(aws)).length, 2);
});

test("a second volume goes where the first is", async (t) => {
  const { aws } = await cloudWithUser(t);
  await create(aws, { zone: "us-east-1c" });

  assert.equal((await create(aws, { name: "checkpoints" })).volume.zone, "us-east-1c");
});

test("two runs at once that want one name end in one volume", async (t) => {
  const { aws } = await cloudWithUser(t);

  const results = await Promise.all([create(aws, { name: "a" }), create(aws, { name: "a" })]);

  assert.equal(new Set(results.map(({ volume }) => volume.volumeId)).size, 1);
  assert.equal((await ownedVolumes(aws)).length, 1);
});

test("of two runs at once that want one name for different volumes, one gives way", async (t) => {
  const { aws } = await cloudWithUser(t);
  const [first, second] = await Promise.all([
    planVolume(aws, wish({ name: "a", sizeGiB: 8 })),
    planVolume(aws, wish({ name: "a", sizeGiB: 9 })),
  ]);

  await createVolume(aws, first, silent);
  await assert.rejects(createVolume(aws, second, silent), { code: "CONFLICT" });

  const left = await ownedVolumes(aws);
  assert.deepEqual(
    left.map(({ sizeGiB }) => sizeGiB),
    [8],
  );
});

test("a plan changes nothing", async (t) => {
  const { aws } = await cloudWithUser(t);

  await planVolume(aws, wish({ name: "datasets" }));

  assert.deepEqual(await ownedVolumes(aws), []);
});

test("a volume that AWS fails to make is an error, and nothing of it stays", async (t) => {
  const backend = createNullBackend();
  let isKeyWrong = true;
  const { connectOptions } = await startTestCloud(t, {
    backend: {
      ...backend,
      createDisk: (...disk) =>
        isKeyWrong ? Promise.reject(new Error("wrong key")) : backend.createDisk(...disk),
    },
    onError: () => undefined,
  });
  const aws = connect(connectOptions);

  await assert.rejects(create(aws, { name: "datasets" }), {
    code: "OPERATION_FAILED",
    hint: /KMS key/,
  });
  assert.deepEqual(await ownedVolumes(aws), []);

  isKeyWrong = false;
  const { volume } = await create(aws, { name: "datasets" });
  assert.equal(volume.state, "available");
});

for (const when of ["before", "after"] as const) {
  test(`killed ${when} each call to AWS and run again, it ends in one finished volume`, async (t) => {
    const { aws, connectOptions } = await cloudWithUser(t);
    let cuts = 0;
    for (let atCall = 1; ; atCall += 1) {
      const name = `volume-${atCall}`;
      const mortal = await mortalConnection(connectOptions, { atCall, when });
      const died = await wasKilled(create(mortal.aws, { name }));

      await create(aws, { name });

      const volumes = (await ownedVolumes(aws)).filter((volume) => nameOf(volume) === name);
      assert.equal(volumes.length, 1, `${volumes.length} volumes after a death at call ${atCall}`);
      assert.equal(volumes[0]?.state, "available");
      assert.ok(!isUnfinished(volumes[0]), `unfinished after a death at call ${atCall}`);
      if (!died) break;
      cuts += 1;
    }
    assert.ok(cuts >= 6, `only ${cuts} places to die`);
  });
}
