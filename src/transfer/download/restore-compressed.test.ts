import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { crc32 } from "node:zlib";
import { crc32Text } from "../crc32-text.ts";
import { restoreCompressed } from "./restore-compressed.ts";
import { compressFrame } from "../upload/zstd-compress.ts";
import { frameBytes, frameLength, maxFrameBytes } from "../zstd-frames.ts";

async function ownDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-restore-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const original = (bytes: Uint8Array) => ({
  sizeBytes: bytes.byteLength,
  crc32: crc32Text(crc32(bytes)),
});

async function compressed(bytes: Uint8Array): Promise<Buffer> {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; at += frameBytes) {
    frames.push(await compressFrame(bytes.subarray(at, at + frameBytes)));
  }
  return Buffer.concat(frames);
}

test("what was compressed in frames comes back byte for byte, whether it shrank or not", async (t) => {
  const directory = await ownDirectory(t);
  const text = Buffer.from("a line of a log\n".repeat(600_000));
  for (const bytes of [Buffer.alloc(0), Buffer.from("x"), text, randomBytes(frameBytes + 1)]) {
    const [from, to] = [join(directory, "in.zst"), join(directory, "out")];
    await writeFile(from, await compressed(bytes));

    await restoreCompressed(from, to, original(bytes));

    assert.ok((await readFile(to)).equals(bytes), `${bytes.byteLength} bytes`);
  }
});

test("damaged, short or foreign bytes leave no file and what was there stays", async (t) => {
  const directory = await ownDirectory(t);
  const bytes = Buffer.from("a line of a log\n".repeat(300_000));
  const good = await compressed(bytes);
  const flipped = Buffer.from(good);
  flipped[good.byteLength >> 1]! ^= 1;
  const bad = [
    flipped,
    good.subarray(0, -1),
    good.subarray(0, 3),
    Buffer.concat([good, good]),
    Buffer.concat([good, Buffer.from("x")]),
    Buffer.from("no zstd at all"),
    Buffer.alloc(0),
    randomBytes(100),
  ];
  const [from, to] = [join(directory, "in.zst"), join(directory, "out")];
  await writeFile(to, "old");
  for (const content of bad) {
    await writeFile(from, content);
    await assert.rejects(restoreCompressed(from, to, original(bytes)), {
      code: "VERIFICATION_FAILED",
    });
    assert.equal(await readFile(to, "utf8"), "old");
  }
  assert.deepEqual((await readdir(directory)).toSorted(), ["in.zst", "out"]);
});

test("a restored file has its time and permissions before it has its name", async (t) => {
  const directory = await ownDirectory(t);
  const bytes = Buffer.from("secret ".repeat(9_000));
  const [from, to] = [join(directory, "in.zst"), join(directory, "key.pem")];
  await writeFile(from, await compressed(bytes));
  const attributes = { modifiedMs: 1_600_000_000_250, permissions: 0o400 };

  await restoreCompressed(from, to, original(bytes), { attributes });

  const { mode, mtimeMs } = await stat(to);
  assert.deepEqual([mode & 0o7777, mtimeMs], [0o400, 1_600_000_000_250]);
});

test("what unpacks to more than it says is stopped at the size that it says", async (t) => {
  const directory = await ownDirectory(t);
  const frame = await compressFrame(Buffer.alloc(frameBytes));
  const [from, to] = [join(directory, "in.zst"), join(directory, "out")];
  // The end would be refused as no frame of ours, if anybody read that far.
  await writeFile(from, Buffer.concat([frame, frame, frame, Buffer.from("no zstd at all")]));
  const said = { sizeBytes: frameBytes + 1, crc32: "AAAAAA==" };

  await assert.rejects(restoreCompressed(from, to, said), {
    code: "VERIFICATION_FAILED",
    message: new RegExp(`decompressed to ${2 * frameBytes} bytes`),
  });
  assert.deepEqual(await readdir(directory), ["in.zst"]);
});

test("a frame that unpacks to more than ours is refused before it fills the memory", async (t) => {
  const directory = await ownDirectory(t);
  const bomb = await compressFrame(Buffer.alloc(frameBytes + 1));
  const [from, to] = [join(directory, "in.zst"), join(directory, "out")];
  await writeFile(from, bomb);

  await assert.rejects(
    restoreCompressed(from, to, { sizeBytes: frameBytes + 1, crc32: "AAAAAA==" }),
    { code: "VERIFICATION_FAILED" },
  );
});

test("the length of a frame is known from its blocks, and not before they are there", async () => {
  for (const bytes of [Buffer.from("x"), Buffer.alloc(frameBytes), randomBytes(300_000)]) {
    const frame = await compressFrame(bytes);
    const more = Buffer.concat([frame, frame]);
    assert.equal(frameLength(more), frame.byteLength);
    assert.equal(frameLength(frame.subarray(0, 4)), undefined);
  }
  const worst = await compressFrame(randomBytes(frameBytes));
  assert.ok(worst.byteLength <= maxFrameBytes);
});
