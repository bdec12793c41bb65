import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeRoomOfMounts, noticeRoomOfVolume } from "./notice-room.ts";

const gp3 = { sizeGiB: 20, type: "gp3", iops: 3_000, throughputMiBps: 125 };

test("what a notice leaves room for on a volume is told when it is made", () => {
  assert.equal(noticeRoomOfVolume(gp3), "a spot notice leaves 80 s to save: at most 10.5 GB");
  const io2 = { sizeGiB: 500, type: "io2", iops: 8_000, throughputMiBps: undefined };
  assert.equal(noticeRoomOfVolume(io2), "a spot notice leaves 80 s to save: at most 172 GB");
});

test("of a volume that is full before the time is up, the time is not the limit", () => {
  const small = { ...gp3, sizeGiB: 5 };
  assert.equal(noticeRoomOfVolume(small), undefined);
  assert.equal(
    noticeRoomOfMounts([{ volume: small, mount: "/mnt/ckpt", readOnly: false }], {
      instanceType: "c5.2xlarge",
    }),
    "a spot notice leaves 80 s to save: all that /mnt/ckpt holds",
  );
});

test("a launch tells the room on each volume that is written to, and what is the limit", () => {
  const mounts = [
    { volume: gp3, mount: "/mnt/data", readOnly: true },
    { volume: gp3, mount: "/mnt/ckpt", readOnly: false },
  ];
  assert.equal(
    noticeRoomOfMounts(mounts, { instanceType: "g5.xlarge" }),
    "a spot notice leaves 80 s to save: 7 GB to /mnt/ckpt (g5.xlarge is the limit)",
  );
  assert.equal(
    noticeRoomOfMounts(mounts, { instanceType: "p4d.24xlarge", graceSeconds: 30 }),
    "a spot notice leaves 20 s to save: 2.62 GB to /mnt/ckpt (the volume is the limit)",
  );
});

test("where the speed is not known, no room is claimed", () => {
  assert.equal(
    noticeRoomOfVolume({ sizeGiB: 500, type: "st1", iops: undefined, throughputMiBps: undefined }),
    undefined,
  );
  const mounts = [{ volume: gp3, mount: "/mnt/ckpt", readOnly: false }];
  assert.equal(noticeRoomOfMounts(mounts, { instanceType: "x99.unheard" }), undefined);
  assert.equal(noticeRoomOfMounts([], { instanceType: "g5.xlarge" }), undefined);
});
