import assert from "node:assert/strict";
import { test } from "node:test";
import { attributesOfMetadata, metadataOfFile } from "./file-attributes.ts";

const read = (metadata: Record<string, string>) => attributesOfMetadata((name) => metadata[name]);

test("time and mode of a file come back from the metadata of its object", () => {
  const written = metadataOfFile({ mtimeNs: 1_700_000_000_123_456_789n, mode: 0o100750n });

  assert.deepEqual(written, { mtime: "1700000000.123456789", mode: "0100750" });
  const { modifiedMs, permissions, isLink } = read(written);
  assert.ok(Math.abs(modifiedMs! - 1_700_000_000_123.456_8) < 0.001, `${modifiedMs}`);
  assert.deepEqual([permissions, isLink], [0o750, false]);
});

const mtime = (mtimeNs: bigint) => metadataOfFile({ mtimeNs, mode: 0o100644n })["mtime"];

test("times before 1970 and whole seconds are written without loss", () => {
  assert.equal(mtime(5_000_000_000n), "5");
  assert.equal(mtime(-1n), "-0.000000001");
  assert.equal(read({ mtime: "0" }).modifiedMs, 0);
});

const modes: [text: string, permissions: number | undefined, isLink: boolean][] = [
  ["33188", 0o644, false],
  ["33204", 0o664, false],
  ["100644", 0o644, false],
  ["0100644", 0o644, false],
  ["644", 0o644, false],
  ["41471", 0o777, true],
  ["0120777", 0o777, true],
  ["104755", 0o755, false],
  ["16877", undefined, false],
  ["rwx", undefined, false],
  ["", undefined, false],
];

for (const [text, permissions, isLink] of modes) {
  test(`the mode '${text}' of rclone, s3fs or nobody is ${permissions?.toString(8) ?? "none"}`, () => {
    const found = read({ mode: text });
    assert.deepEqual([found.permissions, found.isLink], [permissions, isLink]);
  });
}

test("a time that is none is not taken", () => {
  for (const text of ["", "yesterday", "1e3", "NaN", "12345678901234"]) {
    assert.equal(read({ mtime: text }).modifiedMs, undefined, text);
  }
  assert.equal(read({ mtime: "2024-05-06T07:08:09.5Z" }).modifiedMs, 1_714_979_289_500);
});
