import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { startTestBucket } from "../../test/support/bucket.ts";
import { downloadObject } from "./download-object.ts";
import { downloadPrefix } from "./download-prefix.ts";
import { downloadSingle } from "./download-single.ts";
import { findObject } from "./find-object.ts";
import { partLockPath, partPath, rangesPath } from "./part-file.ts";
import { uploadDirectory } from "./upload-directory.ts";

const nobody = 65_534;

/** Runs a piece of a program as somebody who is not root. */
function asNobody(code: string, limit = "unlimited") {
  const script = 'trap "" XFSZ; ulimit -f "$0"; exec "$@"';
  const isRoot = process.getuid?.() === 0;
  return spawnSync(
    "bash",
    ["-c", script, limit, process.execPath, "--input-type=module", "-e", code],
    { encoding: "utf8", ...(isRoot ? { uid: nobody, gid: nobody } : {}) },
  );
}

function giveAway(path: string): void {
  if (process.getuid?.() === 0) fs.chownSync(path, nobody, nobody);
}

const importOf = (file: string, name: string) =>
  `const { ${name} } = await import(${JSON.stringify(new URL(file, import.meta.url).href)});`;

/** A clone in root's own home is closed to everybody else. */
const skip =
  asNobody(importOf("./part-file.ts", "partPath")).status === 0
    ? false
    : `nobody but root may read ${import.meta.dirname}`;

test("a link that leads out through another one is refused", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const [from, to] = [join(directory, "from"), join(directory, "to")];
  const links = {
    "a/b/c/l": "../../..",
    x: "a/b/c/l/../secret",
    y: "a/b/c/l/file",
    "a/f": "../file",
    z: "a/f",
    up: "none/../file",
  };
  for (const [name, target] of Object.entries(links)) {
    fs.mkdirSync(dirname(join(from, name)), { recursive: true });
    fs.symlinkSync(target, join(from, name));
  }
  fs.writeFileSync(join(from, "file"), "inside");
  await uploadDirectory(aws, { directory: from, bucket, prefix: "p/", symlinks: "keep" });

  const got = await downloadPrefix(aws, { bucket, prefix: "p/" }, to, {
    links: "keep",
    parallel: 1,
  });

  assert.deepEqual(got.refused.map(({ name }) => name).toSorted(), ["p/up", "p/x", "p/y"]);
  assert.equal(fs.readFileSync(join(to, "z"), "utf8"), "inside");
  assert.equal(fs.readlinkSync(join(to, "a/b/c/l")), "../../..");
});

for (const kind of ["FIFO", "directory", "symbolic link"]) {
  test(`a ${kind} under a name of runctl's own is neither waited for nor written through`, async (t) => {
    const place = await startTestBucket(t);
    const { aws, bucket } = place;
    const size = 17 << 20;
    await place.put("p/x", Buffer.alloc(size, 1));
    const object = { ...(await findObject(aws, { bucket, key: "p/x" }))!, bucket, key: "p/x" };
    const outside = join(place.directory, "outside");
    fs.writeFileSync(outside, "precious");
    const to = join(place.directory, "to");
    const path = join(to, "x");
    const putAt = (name: string) => {
      fs.rmSync(to, { recursive: true, force: true });
      fs.mkdirSync(to);
      if (kind === "FIFO") spawnSync("sh", ["-c", 'mkfifo "$0"', name]);
      else if (kind === "directory") fs.mkdirSync(name);
      else fs.symlinkSync(outside, name);
    };
    const notPlain = { code: "CONFLICT", message: /is not a plain file$/ };

    for (const name of [partPath(path), rangesPath(path)]) {
      putAt(name);
      await assert.rejects(downloadObject(aws, object, path), notPlain);
    }
    for (const name of [
      partLockPath(path),
      join(to, ".runctl-journal.lock"),
      join(to, ".runctl-journal.new"),
    ]) {
      putAt(name);
      const getting = downloadPrefix(aws, { bucket, prefix: "p/" }, to);
      const failed = await getting.then(
        ({ failed: list }) => list.map(({ reason }) => reason),
        (error: Error) => [error.message],
      );
      // A link or a FIFO is taken away.
      if (kind === "directory") assert.match(failed.join(), notPlain.message);
      else assert.ok(failed.length === 0 && fs.statSync(path).size === size);
    }

    assert.equal(fs.readFileSync(outside, "utf8"), "precious");
  });
}

test("a directory that is swapped for a link during the download is not written through", async (t) => {
  const place = await startTestBucket(t);
  const { aws, bucket, directory } = place;
  const [to, outside] = [join(directory, "to"), join(directory, "outside")];
  fs.mkdirSync(join(outside, "d"), { recursive: true });
  fs.writeFileSync(join(outside, "d/c"), "precious");
  for (const name of ["a", "b", "c"]) await place.put(`p/top/d/${name}`, name);
  let isSwapped = false;

  const got = await downloadPrefix(aws, { bucket, prefix: "p/" }, to, {
    parallel: 1,
    onProgress() {
      if (isSwapped || !fs.existsSync(join(to, "top/d/a"))) return;
      isSwapped = true;
      fs.renameSync(join(to, "top"), join(to, "away"));
      fs.symlinkSync(outside, join(to, "top"));
    },
  });

  assert.deepEqual(got.failed.map(({ name }) => name).toSorted(), ["p/top/d/b", "p/top/d/c"]);
  assert.deepEqual(fs.readdirSync(join(outside, "d")), ["c"]);
  assert.equal(fs.readFileSync(join(outside, "d/c"), "utf8"), "precious");
});

test("a directory that goes away during the download is told, and is not made again", async (t) => {
  const place = await startTestBucket(t);
  const to = join(place.directory, "to");
  for (const name of ["a", "b/c", "d"]) await place.put(`p/${name}`, name);

  const getting = downloadPrefix(place.aws, { bucket: place.bucket, prefix: "p/" }, to, {
    parallel: 1,
    onProgress: () => fs.rmSync(to, { recursive: true, force: true }),
  });

  await assert.rejects(getting, { code: "OPERATION_FAILED", message: /it is not there any more/ });
  assert.ok(!fs.existsSync(to));
});

test("a place where nobody may look is told as that", { skip }, async (t) => {
  const { directory } = await startTestBucket(t);
  fs.chmodSync(directory, 0o755);
  const [closed, long] = [join(directory, "closed"), join(directory, "x".repeat(256))];
  fs.mkdirSync(closed, { mode: 0 });

  const { stdout, stderr } = asNobody(`${importOf("./look-at.ts", "lookAt")}
    ${importOf("./download/make-directories.ts", "makeDirectories")}
    for (const [look, path] of [
      [lookAt, ${JSON.stringify(join(closed, "x"))}],
      [makeDirectories, ${JSON.stringify(join(closed, "x/y"))}],
      [lookAt, ${JSON.stringify(long)}],
    ]) {
      try { look(path) } catch ({ code, cause }) { console.log(code, cause.code) }
    }`);
  fs.chmodSync(closed, 0o755);

  assert.equal(stderr, "");
  assert.equal(
    stdout,
    "OPERATION_FAILED EACCES\nOPERATION_FAILED EACCES\nOPERATION_FAILED ENAMETOOLONG\n",
  );
});

test("an unfinished file that is read-only already is made anew", { skip }, async (t) => {
  const { directory } = await startTestBucket(t);
  fs.chmodSync(directory, 0o755);
  giveAway(directory);
  const [small, large] = [join(directory, "small"), partPath(join(directory, "large"))];
  for (const part of [partPath(small), large]) {
    fs.writeFileSync(part, "of an earlier run", { mode: 0o444 });
    giveAway(part);
  }

  const { stderr } = asNobody(`${importOf("./download/write-small.ts", "writeSmall")}
    ${importOf("./large/disk-file.ts", "openDiskFile")}
    writeSmall(${JSON.stringify(small)}, Buffer.from("x"), { permissions: 0o444 });
    await (await openDiskFile(${JSON.stringify(large)}, "keep")).close();`);

  assert.equal(stderr, "");
  assert.equal(fs.readFileSync(small, "utf8"), "x");
  assert.equal(fs.statSync(large).size, 0);
});

test(
  "what may not be read or removed of extra files is told, and the others go",
  { skip },
  async (t) => {
    const { directory } = await startTestBucket(t);
    for (const name of ["mine/x", "closed/y", "theirs/z"]) {
      fs.mkdirSync(dirname(join(directory, name)));
      fs.writeFileSync(join(directory, name), "");
    }
    fs.chmodSync(directory, 0o755);
    giveAway(join(directory, "mine"));
    fs.chmodSync(join(directory, "closed"), 0);
    fs.chmodSync(join(directory, "theirs"), 0o555);

    const { stdout, stderr } = asNobody(`
    import { findExtraFiles, removeExtraFiles, createListedPaths } from
      ${JSON.stringify(new URL("./extra-files.ts", import.meta.url).href)};
    const [root, listed, unread] = [${JSON.stringify(directory)}, createListedPaths(), []];
    const rules = { takes: () => true, onUnreadable: (path) => unread.push(path) };
    const extra = [...findExtraFiles(root, listed, rules)];
    const { removed, failed } = await removeExtraFiles(root, extra, listed);
    console.log(JSON.stringify({ extra, unread, removed, failed }));`);
    fs.chmodSync(join(directory, "closed"), 0o755);
    fs.chmodSync(join(directory, "theirs"), 0o755);

    assert.equal(stderr, "");
    assert.deepEqual(JSON.parse(stdout), {
      extra: ["mine/x", "theirs/z"],
      unread: ["closed"],
      removed: 1,
      failed: [{ name: "theirs/z", reason: "not deleted: EACCES" }],
    });
  },
);

test("a small file that does not fit leaves no part of it", { skip }, async (t) => {
  const { directory } = await startTestBucket(t);
  fs.chmodSync(directory, 0o755);
  giveAway(directory);

  const code = `${importOf("./download/write-small.ts", "writeSmall")}
    writeSmall(${JSON.stringify(join(directory, "x"))}, Buffer.alloc(5_000), {});`;
  const { stderr } = asNobody(code, "1");

  assert.match(stderr, /EFBIG/);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test("a small object that comes alone is not taken for there by its time, which it has before its bytes are on the disk", async (t) => {
  const place = await startTestBucket(t);
  const { aws, bucket, directory } = place;
  await place.put("k", "right");
  const found = (await findObject(aws, { bucket, key: "k" }))!;
  const object = { ...found, bucket, key: "k" };
  const path = join(directory, "k");
  fs.writeFileSync(path, "wrong");
  fs.utimesSync(path, found.modifiedMs / 1000, found.modifiedMs / 1000);

  const rules = { decompress: true, links: "content", trustTimes: true, verify: false } as const;
  const more = { pageCache: "bypass", checksums: true } as const;
  await downloadSingle(aws, object, { path, isDirectory: false }, { ...rules, ...more });

  assert.equal(fs.readFileSync(path, "utf8"), "right");
});
