import assert from "node:assert/strict";
import { test } from "node:test";
import { inSamePlace } from "./same-place.ts";

test("a hint leads to the same cloud", () => {
  const hint = "next: runctl aws list, or 'runctl s3 list s3://b/', or runctl local down";

  assert.equal(inSamePlace(hint, { yes: true }), hint);
  assert.equal(
    inSamePlace(hint, { local: true, "state-dir": "my cloud", yes: true }),
    "next: runctl --local --state-dir 'my cloud' aws list, or " +
      "'runctl --local --state-dir 'my cloud' s3 list s3://b/', or runctl --state-dir 'my cloud' local down",
  );
  assert.match(inSamePlace(hint, { local: true }), /or runctl local down$/);
});
