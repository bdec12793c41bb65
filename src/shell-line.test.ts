import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { shellLine } from "./shell-line.ts";

test("plain words stay as they are", () => {
  assert.equal(shellLine(["runctl", "s3", "list", "s3://b/k"]), "runctl s3 list s3://b/k");
});

test("a shell reads the words back as they were", () => {
  const words = ["a b", "it's", "", "$HOME", "`id`", "x\ny", "*", String.raw`\'`];

  const read = execFileSync("sh", ["-c", `printf '%s\\0' ${shellLine(words)}`], {
    encoding: "utf8",
  });

  assert.deepEqual(read.split("\0").slice(0, -1), words);
});
