import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ManifestFile } from "../manifest.ts";
import { removeGone } from "./fill-remove-gone.ts";

test("what a list on the volume names outside of the volume stays", async (t) => {
  const above = await folder(t);
  const root = join(above, "volume");
  await put(join(root, "old/file"));
  await put(join(above, "outside/file"));
  await symlink(join(above, "outside"), join(root, "link"));
  const named = ["../outside/file", "link/file", "old/../../outside/file", "old/file"];
  const earlier = await Promise.all(named.map((path) => asFilled(root, path)));

  assert.equal(await removeGone(root, earlier), 1);

  assert.deepEqual(await readdir(join(above, "outside")), ["file"]);
  assert.deepEqual(await readdir(root), ["link"]);
});

async function folder(t: TestContext): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "runctl-gone-")));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

async function put(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "1");
}

async function asFilled(root: string, path: string): Promise<ManifestFile> {
  const { size, mtimeMs } = await stat(join(root, path));
  const checksum = { algorithm: "CRC32", value: "" } as const;
  return { path, key: path, sizeBytes: size, etag: "", modifiedMs: mtimeMs, checksum };
}
