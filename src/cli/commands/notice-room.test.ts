import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeRoomOfMounts, noticeRoomOfVolume } from "./notice-room.ts";

const gp3 = { type: "gp3", iops: 3_000, throughputMiBps: 125 };

test("what a notice leaves room for on a volume is told when it is made", () => {
  assert.equal(noticeRoomOfVolume(gp3), "a notice leaves 80 s: 10.5 GB to it at most");
  const io2 = { type: "io2", iops: 8_000, throughputMiBps: undefined };
  assert.equal(noticeRoomOfVolume(io2), "a notice leaves 80 s: 172 GB to it at most");
});

test("a launch tells the room on each volume that is written to, and what is the limit", () => {
  const mounts = [
    { volume: gp3, mount: "/mnt/data", readOnly: true },
    { volume: gp3, mount: "/mnt/ckpt", readOnly: false },
  ];
  assert.equal(
    noticeRoomOfMounts(mounts, { instanceType: "g5.xlarge" }),
    "a notice leaves 80 s: 7 GB to /mnt/ckpt (g5.xlarge is the limit)",
  );
  assert.equal(
    noticeRoomOfMounts(mounts, { instanceType: "p4d.24xlarge", graceSeconds: 30 }),
    "a notice leaves 20 s: 2.62 GB to /mnt/ckpt (the volume is the limit)",
  );
});

test("where the speed is not known, no room is claimed", () => {
  assert.equal(
    noticeRoomOfVolume({ type: "st1", iops: undefined, throughputMiBps: undefined }),
    undefined,
  );
  const mounts = [{ volume: gp3, mount: "/mnt/ckpt", readOnly: false }];
  assert.equal(noticeRoomOfMounts(mounts, { instanceType: "x99.unheard" }), undefined);
  assert.equal(noticeRoomOfMounts([], { instanceType: "g5.xlarge" }), undefined);
});
