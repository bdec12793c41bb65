import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleVolume } from "../../test/support/example-volume.ts";
import { tagKeys } from "../tags.ts";
import { birthTags, differences, requireUserTags, type VolumeRequest } from "./volume-request.ts";

const request: VolumeRequest = {
  sizeGiB: 500,
  type: "gp3",
  name: "datasets",
  role: "data",
  lifetime: "keep",
  fileSystem: "ext4",
  multiAttach: false,
  tags: { team: "vision" },
  project: "runctl",
};
const performance = { iops: 3_000, throughputMiBps: 125 };
const born = (wanted: VolumeRequest) =>
  exampleVolume({ tags: birthTags(wanted, { op: "0123", owner: "arn:aws:iam::1:user/ada" }) });

test("a volume is born owned, usable, blank and unfinished", () => {
  assert.deepEqual(born({ ...request, preWarmFrom: "s3://bucket/data/" }).tags, {
    team: "vision",
    Name: "datasets",
    Project: "runctl",
    [tagKeys.source]: "s3://bucket/data/",
    [tagKeys.managed]: "true",
    [tagKeys.owner]: "arn:aws:iam::1:user/ada",
    [tagKeys.access]: "true",
    [tagKeys.role]: "data",
    [tagKeys.lifetime]: "keep",
    [tagKeys.fileSystem]: "ext4",
    [tagKeys.op]: "0123",
    [tagKeys.unfinished]: "true",
    [tagKeys.blank]: "true",
  });
});

test("the volume of a request is the same as the request", () => {
  assert.deepEqual(differences(born(request), request, performance), []);
});

test("what a request leaves open makes no difference", () => {
  const volume = { ...born(request), zone: "us-east-1f" };
  assert.deepEqual(differences(volume, { ...request, tags: {} }, performance), []);
});

const changes: [Partial<VolumeRequest>, string][] = [
  [{ sizeGiB: 600 }, "size 500 GiB, not 600 GiB"],
  [{ type: "io2" }, "type gp3, not io2"],
  [{ zone: "us-east-1b" }, "zone us-east-1a, not us-east-1b"],
  [{ multiAttach: true }, "multi-attach false, not true"],
  [{ role: "checkpoint" }, "role data, not checkpoint"],
  [{ lifetime: "run" }, "lifetime keep, not run"],
  [{ fileSystem: "xfs" }, "file system ext4, not xfs"],
  [{ project: "vision" }, "project runctl, not vision"],
  [{ tags: { team: "audio" } }, "tag team vision, not audio"],
  [{ preWarmFrom: "s3://bucket/" }, "source none, not s3://bucket/"],
  [{ kmsKeyId: "1111" }, "key arn:aws:kms:us-east-1:123456789012:key/0000, not 1111"],
];

for (const [change, difference] of changes) {
  test(`another ${Object.keys(change)[0]} is told in words`, () => {
    const wanted = { ...request, ...change };
    assert.deepEqual(differences(born(request), wanted, performance), [difference]);
  });
}

test("a key is the same by its id, its ARN and its alias", () => {
  for (const kmsKeyId of ["0000", "arn:aws:kms:us-east-1:123456789012:key/0000", "alias/mine"])
    assert.deepEqual(differences(born(request), { ...request, kmsKeyId }, performance), []);
});

test("tags that mean something to runctl or AWS cannot be given", () => {
  for (const key of ["runctl:managed", "RUNCTL:blank", "aws:x", "Name", "Project", "x".repeat(129)])
    assert.throws(() => requireUserTags({ [key]: "true" }), { code: "USAGE" });
  requireUserTags({ team: "vision", "cost-centre": "" });
});
