import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { bufferBytes, createBufferPool } from "./buffer-pool.ts";
import { type PageCache, openDiskFile } from "./disk-file.ts";

for (const pageCache of ["bypass", "keep"] as const satisfies PageCache[]) {
  test(`whole buffers and an unaligned end are written and read back (page cache: ${pageCache})`, async (t) => {
    const path = await emptyPath(t);
    const pool = createBufferPool(2);
    const [one, two] = [await pool.take(), await pool.take()];
    one.set(randomBytes(bufferBytes));
    two.set(randomBytes(bufferBytes));
    const file = await openDiskFile(path, pageCache);
    await file.truncate(2 * bufferBytes + 3);

    file.writeNow(two, bufferBytes);
    await file.write(one, 0);
    await file.write(two.subarray(0, 3), 2 * bufferBytes);

    const wanted = Buffer.concat([one, two, two.subarray(0, 3)]);
    assert.equal(await file.read(one, 2 * bufferBytes), 3);
    assert.ok(one.subarray(0, 3).every((byte, index) => byte === two[index]));
    await file.sync();
    await file.close();
    assert.ok((await readFile(path)).equals(wanted));
  });
}

test("a file system that refuses O_DIRECT at the first write gets the bytes through its cache", async (t) => {
  const path = await emptyPath(t);
  const file = await openDiskFile(path, "bypass");
  if (!file.isDirect) t.diagnostic("this file system has no O_DIRECT: the cache was used at once");
  // The kernel answers EINVAL to memory that does not begin on a page, as it does where it cannot at all.
  const shifted = randomBytes(bufferBytes + 1).subarray(1);

  file.writeNow(shifted, 0);
  await file.write(shifted, bufferBytes);

  assert.equal(file.isDirect, false);
  await file.close();
  assert.ok((await readFile(path)).equals(Buffer.concat([shifted, shifted])));
});

test("a symbolic link in the place of the file is refused, and not followed", async (t) => {
  const path = await emptyPath(t);
  await writeFile(`${path}-target`, "precious");
  await symlink(`${path}-target`, path);

  await assert.rejects(openDiskFile(path, "bypass"), { code: "CONFLICT" });

  assert.equal(await readFile(`${path}-target`, "utf8"), "precious");
});

test("time and permissions are set where they are given", async (t) => {
  const path = await emptyPath(t);
  const file = await openDiskFile(path, "keep");
  await file.setAttributes({ modifiedMs: 1_234_567_890_123, permissions: 0o640 });
  await file.setAttributes({});
  await file.close();

  const { mtimeMs, mode } = await stat(path);
  assert.deepEqual([mtimeMs, mode & 0o777], [1_234_567_890_123, 0o640]);
});

async function emptyPath(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-disk-file-"));
  t.after(() => rm(directory, { recursive: true }));
  return join(directory, "file");
}
