import assert from "node:assert/strict";
import { test } from "node:test";
import { awsId } from "./aws-id.ts";

test("ids of both lengths pass, all else is refused", () => {
  const subnet = awsId("subnet");

  for (const id of ["subnet-0123abcd", "subnet-0123456789abcdef0"]) assert.equal(subnet(id), id);
  for (const word of ["subnet-xyz", "sg-0123abcd", "subnet-0123abcd0", "subnet", ""])
    assert.throws(() => subnet(word), { code: "INVALID_ID" });
});
