import assert from "node:assert/strict";
import { test } from "node:test";
import { ebsVolumeWord, mountPoint } from "./ebs-volume-word.ts";

for (const [word, mount, readOnly] of [
  ["data", undefined, false],
  ["data:/mnt/data", "/mnt/data", false],
  ["data:/mnt/data/:ro", "/mnt/data", true],
  ["data:ro", undefined, true],
] as const) {
  test(`--ebs-volume ${word}`, () => {
    assert.deepEqual(ebsVolumeWord(word), { volume: "data", mount, readOnly });
  });
}

for (const word of [
  "vol-xyz",
  "i-0123456789abcdef0",
  "data:/mnt/a:rw",
  "data:mnt",
  "data:/mnt/..",
  "",
]) {
  test(`--ebs-volume '${word}' is refused`, () => {
    assert.throws(() => ebsVolumeWord(word), { name: "RunctlError" });
  });
}

for (const path of [
  "/",
  "/etc",
  "/usr/local/data",
  "/home",
  "/opt",
  "/opt/runctl/",
  "/mnt/a b",
  "mnt",
  "/mnt/$(id)",
  "/home/../etc",
]) {
  test(`a volume cannot be mounted at '${path}'`, () => {
    assert.throws(() => mountPoint(path), { code: "USAGE" });
  });
}

test("what lies beside the system's folders can be a mount point", () => {
  for (const path of ["/home/ec2-user/data", "/opt/data", "/data", "/mnt"])
    assert.equal(mountPoint(path), path);
});
