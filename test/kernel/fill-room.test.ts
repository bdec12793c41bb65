import assert from "node:assert/strict";
import { mkdtemp, readdir, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fillVolume } from "../../src/agent/fill-volume.ts";
import { runProgram } from "../../src/run-program.ts";
import { startTestBucket, type TestBucket } from "../support/bucket.ts";
import { skipReason as skip } from "./support/kernel-cloud.ts";

const mib = 1_048_576;

test("a volume that is too small is refused before a byte is moved", { skip }, async (t) => {
  const place = await volumeOf(t, "size=4m");
  for (const name of ["a", "b", "c"]) await place.put(`data/${name}`, Buffer.alloc(2 * mib));

  await assert.rejects(fill(place), {
    code: "OPERATION_FAILED",
    message:
      "s3://transfer-test/data/ has 0.006 GiB in 3 objects, the volume has room for 0.004 GiB",
  });

  assert.deepEqual(await readdir(place.directory), [".runctl"]);
});

test("what is on the volume already needs no room a second time", { skip }, async (t) => {
  const place = await volumeOf(t, "size=5m");
  for (const name of ["a", "b"]) await place.put(`data/${name}`, Buffer.alloc(2 * mib));
  await fill(place);

  assert.equal((await fill(place)).moved, 0);
});

test("more objects than the file system has room for files are refused", { skip }, async (t) => {
  const place = await volumeOf(t, "size=4m,nr_inodes=6");
  for (let name = 0; name < 6; name += 1) await place.put(`data/${name}`, "x");

  await assert.rejects(fill(place), { message: /has 6 objects, .* room for \d files/ });
});

test("a disk that fills up meanwhile is told with both sizes", { skip }, async (t) => {
  const place = await volumeOf(t, "size=4m");
  for (const name of ["a", "b", "c"]) await place.put(`data/${name}`, Buffer.alloc(mib));
  let taken: Promise<void> | undefined;
  const takeRoom = () => {
    taken ??= writeFile(join(place.directory, "of-another"), Buffer.alloc(4 * mib));
    void taken.catch(() => undefined);
  };

  await assert.rejects(fill(place, takeRoom), {
    message: /has 0\.003 GiB in 3 objects, the volume has room for 0\.00\d GiB/,
  });
});

async function volumeOf(t: TestContext, options: string): Promise<TestBucket> {
  const place = await startTestBucket(t);
  const directory = await mkdtemp(join(tmpdir(), "runctl-small-"));
  await runProgram("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory]);
  t.after(async () => {
    await runProgram("umount", [directory]);
    await rmdir(directory);
  });
  return { ...place, directory };
}

const ignore = () => undefined;

function fill({ aws, bucket, directory }: TestBucket, onProgress: () => void = ignore) {
  const source = `s3://${bucket}/data/`;
  const limits = { parallel: 1, retryMs: 2_000 };
  return fillVolume({ aws, source, directory, report: ignore, onProgress, ...limits });
}
