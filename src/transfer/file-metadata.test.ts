import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fileMetadata,
  isSymbolicLink,
  metadataHeaders,
  readFileMetadata,
  userMetadata,
} from "./file-metadata.ts";

test("time and mode of a file come back from the metadata of its object", () => {
  const written = fileMetadata({ mtimeNs: 1_700_000_000_123_456_789n, mode: 0o100_750n });

  assert.deepEqual(written, { mtime: "1700000000.123456789", mode: "0100750" });
  const { modifiedMs, mode } = readFileMetadata(
    userMetadata(Object.entries(metadataHeaders(written))),
  );
  assert.ok(Math.abs(modifiedMs! - 1_700_000_000_123.456_8) < 0.001, `${modifiedMs}`);
  assert.equal(mode, 0o100_750);
});

const mtime = (mtimeNs: bigint) => fileMetadata({ mtimeNs, mode: 0o100_644n })["mtime"];

test("times before 1970 and whole seconds are written without loss", () => {
  assert.equal(mtime(5_000_000_000n), "5");
  assert.equal(mtime(-1n), "-0.000000001");
  assert.equal(readFileMetadata({ mtime: "0" }).modifiedMs, 0);
});

const modes: [text: string, mode: number | undefined, isLink: boolean][] = [
  ["33188", 0o100_644, false],
  ["33204", 0o100_664, false],
  ["100644", 0o100_644, false],
  ["0100644", 0o100_644, false],
  ["644", 0o644, false],
  ["41471", 0o120_777, true],
  ["0120777", 0o120_777, true],
  ["16877", undefined, false],
  ["rwx", undefined, false],
  ["", undefined, false],
];

for (const [text, mode, isLink] of modes) {
  test(`the mode '${text}' of rclone, s3fs or nobody is ${mode?.toString(8) ?? "none"}`, () => {
    const found = readFileMetadata({ mode: text });
    assert.deepEqual([found.mode, isSymbolicLink(found)], [mode, isLink]);
  });
}

test("a time that is none is not taken", () => {
  for (const text of ["", "yesterday", "1e3", "NaN", "12345678901234"]) {
    assert.equal(readFileMetadata({ mtime: text }).modifiedMs, undefined, text);
  }
  const dated = readFileMetadata({ mtime: "2024-05-06T07:08:09.5Z" });
  assert.equal(dated.modifiedMs, 1_714_979_289_500);
});
