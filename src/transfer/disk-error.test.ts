import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { diskError } from "./disk-error.ts";
import { partPath } from "./part-file.ts";

const hintOf = (error: unknown) => (error as { hint?: string }).hint;

test("where the disk is full, the hidden file is named, and that running again goes on with it", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "runctl-disk-error-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "file");
  const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write" });

  assert.doesNotMatch(hintOf(diskError(full, path)) ?? "", /goes on/);
  writeFileSync(partPath(path), "begun");

  assert.ok(hintOf(diskError(full, path))?.endsWith(`goes on with ${partPath(path)}`));
});
