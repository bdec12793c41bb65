import assert from "node:assert/strict";
import { test } from "node:test";
import { dataAccess, dataPlace, dataPolicy, mergeAccess } from "./data-policy.ts";

const nothing = { reads: [], writes: [], kmsKeys: [] };

test("no buckets and no keys are no policy, which reads back as nothing", () => {
  assert.equal(dataPolicy("aws", nothing), undefined);
  assert.deepEqual(dataAccess(undefined), nothing);
});

test("what is written may be read and listed, and what is read may not be written", () => {
  const policy = dataPolicy("aws", { ...nothing, reads: ["in/a/"], writes: ["out/b/"] });

  const bySid = new Map(policy?.Statement.map((statement) => [statement.Sid, statement.Resource]));
  assert.deepEqual(bySid.get("ReadData"), ["arn:aws:s3:::in/a/*", "arn:aws:s3:::out/b/*"]);
  assert.deepEqual(bySid.get("WriteData"), ["arn:aws:s3:::out/b/*"]);
  assert.deepEqual(bySid.get("ListData"), ["arn:aws:s3:::in", "arn:aws:s3:::out"]);
});

test("a place inside another is not listed twice", () => {
  const access = { ...nothing, reads: ["data/", "data/a/", "database/"] };

  assert.deepEqual(dataAccess(dataPolicy("aws", access)).reads, ["data/", "database/"]);
});

test("access given before stays when more is added", () => {
  const before = dataAccess(dataPolicy("aws-cn", { ...nothing, reads: ["a/"], kmsKeys: ["k1"] }));

  const after = dataPolicy("aws-cn", mergeAccess(before, { ...nothing, writes: ["b/"] }));

  assert.deepEqual(dataAccess(after), { reads: ["a/", "b/"], writes: ["b/"], kmsKeys: ["k1"] });
});

test("a whole bucket ends with a slash, so that a bucket of a longer name is not meant", () => {
  assert.equal(dataPlace({ bucket: "data", key: "" }), "data/");
});
