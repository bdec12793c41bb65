import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { checkpointFit, saveRoom, savingSeconds } from "./checkpoint-budget.ts";

const timing = { pollSeconds: 2, graceSeconds: 90 };
const g5 = { ebsBytesPerSecond: 87.5e6, ebsBurstBytesPerSecond: 437.5e6 };
const gp3 = 125 * 2 ** 20;

test("of two minutes, 80 seconds are left for saving, and at most 83", () => {
  assert.equal(savingSeconds(timing), 80);
  assert.equal(savingSeconds({ ...timing, graceSeconds: 600 }), 83);
  assert.equal(savingSeconds({ ...timing, graceSeconds: 5 }), 0);
});

test("a default gp3 on g5.xlarge takes 7 GB in a notice, bound by the instance; 10.5 GB while its burst lasts", () => {
  const room = saveRoom({ ...g5, volumeBytesPerSecond: gp3 }, timing);
  assert.equal(room.bytes, 7e9);
  assert.equal(room.limitedBy, "instance");
  assert.equal(Math.round(room.burstBytes / 1e8), 105);
});

test("a checkpoint that needs more gets the least throughput that makes it fit, with its operations", () => {
  const p4d = { ebsBytesPerSecond: 2_375e6, ebsBurstBytesPerSecond: 2_375e6 };
  const fit = checkpointFit(80e9, { ...p4d, volumeBytesPerSecond: gp3 }, timing);
  assert.equal(fit.fits, "no");
  assert.deepEqual(fit.throughput, { miBps: 954, iops: 3_816 });
  assert.equal(fit.needsBurst, false);
});

test("what no volume can make fit has no throughput", () => {
  const fit = checkpointFit(80e9, { ...g5, volumeBytesPerSecond: gp3 }, timing);
  assert.equal(fit.throughput, undefined);
  const p5 = { ebsBytesPerSecond: 10e9, ebsBurstBytesPerSecond: 10e9 };
  assert.equal(
    checkpointFit(400e9, { ...p5, volumeBytesPerSecond: gp3 }, timing).throughput,
    undefined,
  );
});

test("with the throughput that is advised the checkpoint fits, and with one MiB/s less it does not", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1e9, max: 150e9 }), (bytes) => {
      const fast = { ebsBytesPerSecond: 10e9, ebsBurstBytesPerSecond: 10e9 };
      const { throughput } = checkpointFit(bytes, { ...fast, volumeBytesPerSecond: gp3 }, timing);
      const fitsAt = (miBps: number) =>
        checkpointFit(bytes, { ...fast, volumeBytesPerSecond: miBps * 2 ** 20 }, timing).fits;
      assert.equal(fitsAt(throughput!.miBps), "surely");
      if (throughput!.miBps > 125) assert.equal(fitsAt(throughput!.miBps - 1), "no");
    }),
  );
});
