import assert from "node:assert/strict";
import { test } from "node:test";
import { RunctlError } from "../errors.ts";
import { describeError } from "./show-error.ts";

const plain = { json: false, color: false, debug: false };
const error = new RunctlError("NOT_FOUND", "no volume 'x'", { hint: "runctl aws ebs list" });

test("an expected failure says what, and what to type next", () => {
  assert.deepEqual(describeError(error, plain), {
    text: "error: no volume 'x'\nhint: runctl aws ebs list",
    exitCode: 4,
  });
});

test("under --output json it is one object", () => {
  const { text } = describeError(error, { ...plain, json: true });

  assert.deepEqual(JSON.parse(text), {
    error: { code: "NOT_FOUND", message: "no volume 'x'", hint: "runctl aws ebs list" },
  });
});

test("anything else is a bug and shows its stack", () => {
  const { text, exitCode } = describeError(new TypeError("x is undefined"), plain);

  assert.equal(exitCode, 1);
  assert.match(text, /this is a bug in runctl: TypeError: x is undefined\n\s+at /);
});
