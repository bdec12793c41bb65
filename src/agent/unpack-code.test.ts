import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { zstdCompressSync } from "node:zlib";
import tar from "tar-stream";
import { unpackCode } from "./unpack-code.ts";

const owner = {
  name: "me",
  uid: process.getuid!(),
  gid: process.getgid!(),
  home: "/",
  shell: "/bin/sh",
};

test("files, modes and links come out as they went in", async (t) => {
  const folder = await emptyPlace(t);
  const { path, sha256 } = await archive(t, (pack) => {
    pack.entry({ name: "src/", type: "directory" });
    pack.entry({ name: "src/train.py", mode: 0o755 }, "print(1)\n");
    pack.entry({ name: "latest", type: "symlink", linkname: "src/train.py" });
  });

  await unpackCode(path, sha256, folder, owner);

  assert.equal(await readFile(join(folder, "src/train.py"), "utf8"), "print(1)\n");
  assert.equal((await stat(join(folder, "src/train.py"))).mode & 0o777, 0o755);
  assert.equal(await readlink(join(folder, "latest")), "src/train.py");
});

test("other bytes than were staged are not unpacked", async (t) => {
  const folder = await emptyPlace(t);
  const { path } = await archive(t, (pack) => pack.entry({ name: "a" }, "b"));

  await assert.rejects(unpackCode(path, "0".repeat(64), folder, owner), {
    code: "VERIFICATION_FAILED",
  });
  assert.equal(existsSync(folder), false);
});

for (const name of ["../out", "/etc/out", "a/../../out"])
  test(`a file named ${name} is refused`, async (t) => {
    const folder = await emptyPlace(t);
    const { path, sha256 } = await archive(t, (pack) => pack.entry({ name }, "x"));

    await assert.rejects(unpackCode(path, sha256, folder, owner), { code: "REFUSED" });
  });

test("nothing is written through a link of the archive", async (t) => {
  const folder = await emptyPlace(t);
  const outside = await emptyPlace(t);
  const { path, sha256 } = await archive(t, (pack) => {
    pack.entry({ name: "door", type: "symlink", linkname: outside });
    pack.entry({ name: "door/file" }, "x");
  });

  await assert.rejects(unpackCode(path, sha256, folder, owner));
  assert.equal(existsSync(outside), false);
});

test("an archive that ends too early gives no folder", async (t) => {
  const folder = await emptyPlace(t);
  const whole = await archive(t, (pack) => pack.entry({ name: "a" }, randomBytes(100_000)));
  const bytes = (await readFile(whole.path)).subarray(0, 50_000);
  await writeFile(whole.path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");

  await assert.rejects(unpackCode(whole.path, sha256, folder, owner));
  assert.equal(existsSync(folder), false);
});

async function archive(t: TestContext, fill: (pack: tar.Pack) => void) {
  const pack = tar.pack();
  fill(pack);
  pack.finalize();
  const bytes = zstdCompressSync(await buffer(pack));
  const path = `${await emptyPlace(t)}.tar.zst`;
  await writeFile(path, bytes);
  return { path, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** A path where nothing is yet. */
async function emptyPlace(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "runctl-code-"));
  t.after(() => rm(parent, { recursive: true, force: true }));
  return join(parent, "code");
}
