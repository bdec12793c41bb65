import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleVolume } from "../../test/support/example-volume.ts";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { ownedVolume } from "../../test/support/ready-account.ts";
import { connect } from "../aws/connect.ts";
import { requestVolume } from "../aws/volumes.ts";
import { pickByName, requireVolume } from "./find-volume.ts";

test("a volume is found by its id and by its name", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  const { volumeId } = await ownedVolume(aws, { name: "datasets" });

  assert.equal((await requireVolume(aws, volumeId)).volumeId, volumeId);
  assert.equal((await requireVolume(aws, "datasets")).volumeId, volumeId);
});

test("a volume that runctl did not make is found by its id only", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  const volumeId = await requestVolume(aws, {
    sizeGiB: 1,
    type: "gp3",
    zone: "us-east-1a",
    iops: undefined,
    throughputMiBps: undefined,
    kmsKeyId: undefined,
    multiAttach: false,
    tags: { Name: "foreign" },
    clientToken: "foreign",
  });

  assert.equal((await requireVolume(aws, volumeId)).volumeId, volumeId);
  await assert.rejects(requireVolume(aws, "foreign"), { code: "NOT_FOUND" });
});

test("an id that AWS does not know is not found", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);

  await assert.rejects(requireVolume(aws, "vol-0123456789abcdef0"), {
    code: "NOT_FOUND",
    message: "volume vol-0123456789abcdef0 does not exist in us-east-1",
  });
});

test("a malformed id never reaches AWS", async () => {
  const aws = connect({ region: "us-east-1", endpointUrl: "http://127.0.0.1:1" });

  await assert.rejects(requireVolume(aws, "vol-12"), { code: "INVALID_ID" });
});

const data = exampleVolume({ tags: { Name: "datasets" } });

test("an unknown name comes with the nearest one", () => {
  assert.throws(() => pickByName([data], "dataset"), {
    code: "NOT_FOUND",
    hint: "did you mean 'datasets'?",
  });
});

test("a name that two volumes have is refused with both", () => {
  const twin = { ...data, volumeId: "vol-0fedcba9876543210" as const, zone: "us-east-1b" };
  assert.throws(() => pickByName([data, twin], "datasets"), {
    code: "AMBIGUOUS",
    message:
      "2 volumes are named 'datasets': vol-0123456789abcdef0 in us-east-1a, vol-0fedcba9876543210 in us-east-1b",
  });
});
