import assert from "node:assert/strict";
import { test } from "node:test";
import { clientToken, operationHash } from "./operation.ts";

const request = {
  accountId: "123456789012",
  region: "us-east-1",
  command: "ebs create",
  args: { name: "data", sizeGiB: 8 },
};

test("the same request is the same operation, whatever the order of its arguments", () => {
  const reordered = { ...request, args: { sizeGiB: 8, name: "data", zone: undefined } };

  assert.equal(operationHash(reordered), operationHash(request));
  assert.match(operationHash(request), /^[0-9a-f]{32}$/);
});

for (const change of [
  { accountId: "210987654321" },
  { region: "eu-west-1" },
  { command: "create" },
  { args: { name: "data", sizeGiB: 9 } },
]) {
  test(`another ${Object.keys(change)[0]} is another operation`, () => {
    assert.notEqual(operationHash({ ...request, ...change }), operationHash(request));
  });
}

test("a client token differs by count, type and zone, and fits into AWS's 64 characters", () => {
  const parts = { count: 0, type: "gp3", zone: "us-east-1a" };
  const tokens = [
    parts,
    { ...parts, count: 1 },
    { ...parts, type: "io2" },
    { ...parts, zone: "us-east-1b" },
  ].map((part) => clientToken("0123", part));

  assert.equal(new Set(tokens).size, 4);
  for (const token of tokens) assert.match(token, /^[0-9a-f]{1,64}$/);
  assert.equal(clientToken("0123", { ...parts }), tokens[0]);
});
