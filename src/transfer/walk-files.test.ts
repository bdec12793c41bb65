import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import * as fc from "fast-check";
import { compareKeys } from "./key-order.ts";
import { type WalkOptions, walkFiles } from "./walk-files.ts";

async function ownDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-walk-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function makeFile(root: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), path);
}

const describe = (root: string, options?: WalkOptions) =>
  Array.from(walkFiles(root, options), (found) =>
    found.kind === "file"
      ? found.path
      : `${found.path} ${found.kind}${"reason" in found ? `: ${found.reason}` : ""}`,
  );

test("files come in the order of their keys, however directories and names are mixed", async (t) => {
  const root = await ownDirectory(t);
  // In this order a plain sort of the names would put "a/…" first.
  const paths = [
    "a!",
    "a-b",
    "a.txt",
    "a/1",
    "a/b/2",
    "a0",
    "é",
    "\u{ffee}",
    "\u{1f600}",
    "\u{1f600}/x",
  ];
  const unique = paths.filter((path) => path !== "\u{1f600}");
  for (const path of unique.toReversed()) makeFile(root, path);

  assert.deepEqual(describe(root), unique);
  assert.deepEqual(unique.toSorted(compareKeys), unique);
});

const word = fc
  .string({
    minLength: 1,
    maxLength: 3,
    unit: fc.constantFrom("a", "-", ".", "0", "é", "\u{ffee}", "\u{1f600}"),
  })
  .filter((text) => !/^\.+$/.test(text));

test("any tree is walked in the order of its keys", async (t) => {
  const root = await ownDirectory(t);
  let run = 0;
  const trees = fc.array(fc.array(word, { minLength: 1, maxLength: 3 }), { maxLength: 12 });
  fc.assert(
    fc.property(trees, (tree) => {
      const top = join(root, String(run++));
      mkdirSync(top);
      for (const path of tree) {
        try {
          makeFile(top, path.join("/"));
        } catch {
          // A file stands where this one wants a directory, or the other way round.
        }
      }
      const paths = Array.from(walkFiles(top), ({ path }) => path);
      assert.deepEqual(paths, paths.toSorted(compareKeys));
      assert.equal(new Set(paths).size, paths.length);
    }),
    { numRuns: 50 },
  );
});

const outside = (path: string) =>
  `refused: a symbolic link to ${path}, outside of the directory; --symlinks follow takes it`;

test("links are followed within the directory, refused out of it, and never in a loop", async (t) => {
  const root = await ownDirectory(t);
  const other = await ownDirectory(t);
  makeFile(other, "secret");
  makeFile(root, "data/one");
  symlinkSync("data/one", join(root, "alias"));
  symlinkSync("data", join(root, "same"));
  symlinkSync("..", join(root, "data/up"));
  symlinkSync(join(other, "secret"), join(root, "out"));
  symlinkSync(other, join(root, "outdir"));
  symlinkSync("nowhere", join(root, "broken"));
  symlinkSync("circle", join(root, "circle"));
  symlinkSync("one/below", join(root, "data/file"));

  const found = describe(root);
  assert.deepEqual(found, [
    "alias",
    "broken refused: a symbolic link: it leads nowhere, or has vanished",
    "circle refused: a symbolic link: a loop of symbolic links",
    "data/file refused: a symbolic link: ENOTDIR",
    "data/one",
    "data/up refused: a loop of symbolic links",
    `out ${outside(join(other, "secret"))}`,
    `outdir ${outside(other)}`,
    "same/file refused: a symbolic link: ENOTDIR",
    "same/one",
    "same/up refused: a loop of symbolic links",
  ]);
  const all = describe(root, { mayLeave: true });
  assert.ok(all.includes("out") && all.includes("outdir/secret"));
});

test("what vanishes or becomes something else during the walk is refused, and the rest comes in order", async (t) => {
  const root = await ownDirectory(t);
  for (const path of ["a", "gone/x", "link.json", "target/x"]) makeFile(root, path);
  symlinkSync("target", join(root, "link"));
  const walk = walkFiles(root);
  assert.equal(walk.next().value?.path, "a");

  rmSync(join(root, "gone"), { recursive: true });
  rmSync(join(root, "link"));
  // As a file it would come before link.json.
  symlinkSync("a", join(root, "link"));

  assert.deepEqual(
    Array.from(walk, ({ path, kind }) => `${path} ${kind}`),
    ["gone refused", "link.json file", "link refused", "target/x file"],
  );
});

test("links are kept or skipped where that is asked for", async (t) => {
  const root = await ownDirectory(t);
  makeFile(root, "data/one");
  symlinkSync("data", join(root, "link"));

  assert.deepEqual(describe(root, { symlinks: "skip" }), ["data/one", "link skipped"]);
  assert.deepEqual(Array.from(walkFiles(root, { symlinks: "keep" })).at(-1), {
    kind: "link",
    path: "link",
    target: "data",
  });
});

test("a link that cannot be kept as it is is refused, and the rest comes", async (t) => {
  const root = await ownDirectory(t);
  for (const name of ["a", "b", "c", "d"]) symlinkSync("data", join(root, name));
  rmSync(join(root, "d"));
  symlinkSync(Buffer.from([0x64, 0xff]), join(root, "d"));
  const walk = walkFiles(root, { symlinks: "keep" });
  assert.equal(walk.next().value?.path, "a");

  rmSync(join(root, "b"));
  rmSync(join(root, "c"));
  makeFile(root, "c");

  assert.deepEqual(
    Array.from(walk, ({ path, kind }) => `${path} ${kind}`),
    ["b refused", "c refused", "d refused"],
  );
});

test("empty directories are named, special files and unreadable names refused", async (t) => {
  const root = await ownDirectory(t);
  mkdirSync(join(root, "empty"));
  const server = createServer().listen(join(root, "socket"));
  t.after(() => server.close());
  await once(server, "listening");
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]), "");
  for (const own of [".runctl-0123456789abcdef.part", ".runctl-journal", ".runctl/manifest"]) {
    makeFile(root, own);
  }
  makeFile(root, `long/${"x".repeat(200)}`);

  assert.deepEqual(describe(root, { prefixBytes: 900 }), [
    "empty/ empty-directory",
    `long/${"x".repeat(200)} refused: the key would have over 1,024 bytes`,
    "socket refused: a special file",
    "\ufffd refused: the name is not UTF-8",
  ]);
});
