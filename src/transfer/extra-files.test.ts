import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { createListedPaths, findExtraFiles, removeExtraFiles } from "./extra-files.ts";

async function folder(t: TestContext, names: readonly string[]): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "runctl-extra-")));
  t.after(() => rm(root, { recursive: true }));
  for (const name of names) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), name);
  }
  return root;
}

function listedPaths(...paths: string[]) {
  const listed = createListedPaths();
  for (const path of paths) listed.add(path);
  return listed;
}

test("extra files are those that S3 does not have and the filters do not leave out", async (t) => {
  const part = "sub/.runctl-0123456789abcdef.part";
  const own = [".runctl-journal", ".runctl/manifest", part];
  const root = await folder(t, ["a", "b/c", "b/keep.tmp", "log", "z", ...own]);
  await mkdir(join(root, "linked"));
  await symlink(join(root, "linked"), join(root, "link"));
  const listed = listedPaths("a", "log.zst", "b/");

  const rules = { takes: (path: string) => !path.endsWith(".tmp"), onUnreadable: assert.fail };

  const extra = [...findExtraFiles(root, listed, rules)];

  assert.deepEqual(extra, ["b/c", "z"]);
});

test("what is removed takes the directories with it that it leaves empty, but for those that S3 has", async (t) => {
  const root = await folder(t, ["a/b/c", "marked/x", "other/y", "other/z"]);
  const listed = listedPaths("marked/", "other/z");

  const paths = ["a/b/c", "marked/x", "other/y"];
  const result = await removeExtraFiles(root, paths, listed);

  assert.deepEqual(result, { removed: 3, failed: [] });
  const left = await readdir(root, { recursive: true });
  assert.deepEqual(left.toSorted(), ["marked", "other", "other/z"]);
});

test("nothing is removed through a symbolic link, outside, or that came to S3 meanwhile", async (t) => {
  const above = await folder(t, ["outside/x", "root/came", "root/d/x"]);
  const root = join(above, "root");
  await rm(join(root, "d"), { recursive: true });
  await symlink(join(above, "outside"), join(root, "d"));

  const paths = ["d/x", "../outside/x", "came", "gone"];
  const result = await removeExtraFiles(root, paths, listedPaths("came"));

  assert.deepEqual(result, { removed: 0, failed: [] });

  assert.deepEqual(await readdir(join(above, "outside")), ["x"]);
});
