import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeDirectories } from "./make-directories.ts";

function scratch(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "runctl-make-"));
  t.after(() => rmSync(root, { recursive: true }));
  return root;
}

test("a directory is made with those above it, and one that is there is kept", (t) => {
  const root = scratch(t);
  const path = join(root, "a/b/c");

  assert.equal(makeDirectories(path), true);
  assert.equal(makeDirectories(path), false);
  assert.ok(statSync(path).isDirectory());
});

test("a place that takes no directory is refused at once, and named", (t) => {
  const root = scratch(t);
  writeFileSync(join(root, "file"), "");
  symlinkSync("nowhere", join(root, "broken"));

  assert.throws(() => makeDirectories(join(root, "file/x/y")), {
    code: "USAGE",
    message: `cannot make ${join(root, "file/x")}: ${join(root, "file")} is no directory`,
  });
  assert.throws(() => makeDirectories("/dev/null/x"), {
    message: "cannot make /dev/null/x: /dev/null is no directory",
  });
  assert.throws(() => makeDirectories(join(root, "broken/x")), { code: "OPERATION_FAILED" });
  if (process.platform !== "linux") return;
  assert.throws(() => makeDirectories("/proc/x/y"), {
    code: "OPERATION_FAILED",
    message: "cannot make /proc/x: the file system takes no directory there (ENOENT)",
  });
});
