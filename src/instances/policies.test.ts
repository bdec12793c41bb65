import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { rolePolicies } from "./instance-role.ts";
import { tlsOnlyPolicy, trustPolicy } from "./policies.ts";

const caller = {
  partition: "aws",
  accountId: "123456789012",
  arn: "arn:aws:iam::123456789012:user/ada",
};
const access = {
  reads: ["datasets/imagenet/"],
  writes: ["results/runs/"],
  kmsKeys: ["arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"],
};
const bucket = "runctl-123456789012-us-east-1-an";
const policies = rolePolicies(caller, "us-east-1", bucket, access);
const statements = Object.values(policies).flatMap(({ Statement }) => Statement);

test("the documents are those of policies.golden.json", () => {
  const golden = readFileSync(new URL("./policies.golden.json", import.meta.url), "utf8");
  const documents = { trust: trustPolicy, ...policies, bucket: tlsOnlyPolicy(caller, bucket) };

  assert.deepEqual(documents, JSON.parse(golden));
});

test("every statement has a name of its own", () => {
  const sids = statements.map(({ Sid }) => Sid);

  assert.equal(new Set(sids).size, sids.length);
  for (const sid of sids) assert.match(sid, /^[A-Za-z0-9]+$/);
});

test("no statement lets an instance launch, end or delete anything, or pass a role", () => {
  const actions = statements.flatMap(({ Action }) => [Action].flat());

  for (const action of actions) {
    assert.doesNotMatch(action, /Run|Terminate|Stop|DeleteVolume|DeleteSnapshot|DeleteObject|iam:/);
    assert.ok(!action.endsWith(":*") && action !== "*", action);
  }
});

test("all documents of a role fit into IAM's 10,240 characters", () => {
  // "IAM and AWS STS quotas": inline policies of a role together; white space does not count.
  assert.ok(
    Object.values(policies)
      .map((policy) => JSON.stringify(policy))
      .join("").length < 10_240,
  );
});
