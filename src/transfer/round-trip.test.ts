import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { headObject } from "../../test/support/s3-objects.ts";
import { startTestBucket } from "../../test/support/bucket.ts";
import { crc32Text } from "./crc32-text.ts";
import { downloadObject } from "./download-object.ts";
import { downloadPrefix } from "./download-prefix.ts";
import { usualRangeBytes as rangeBytes } from "./large/plan-ranges.ts";
import { createFlowControl } from "./flow-control.ts";
import { usualPartBytes } from "./upload/plan-parts.ts";
import { uploadDirectory } from "./upload-directory.ts";
import { uploadFile } from "../../test/support/upload-file.ts";

const sizes = [
  0,
  1,
  1024 * 1024,
  1024 * 1024 + 1,
  usualPartBytes - 1,
  usualPartBytes,
  usualPartBytes + 1,
  rangeBytes,
  rangeBytes + 1,
];

test("files of every awkward size come back byte for byte, with S3's checksum compared", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  for (const size of sizes) {
    const bytes = randomBytes(size);
    const [from, to] = [join(directory, `${size}.in`), join(directory, `${size}.out`)];
    await writeFile(from, bytes);

    await uploadFile(aws, from, { bucket, key: `size/${size}` });
    const head = await headObject(aws, { bucket, key: `size/${size}` });
    const got = await downloadObject(aws, { bucket, key: `size/${size}`, ...head! }, to);

    assert.equal(got.checksum?.algorithm, "CRC32", `size ${size}`);
    assert.equal(got.checksum?.value, crc32Text(crc32(bytes)));
    assert.ok((await readFile(to)).equals(bytes), `size ${size}`);
  }
  const left = (await readdir(directory)).filter((name) => name.startsWith(".runctl"));
  assert.deepEqual(left, []);
});

test("files of every kind keep their times, also those before 1970 and fractions", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const [from, to] = [join(directory, "from"), join(directory, "to")];
  await mkdir(from);
  const contents = { small: "x", large: Buffer.alloc(2 << 20), packed: "it shrinks ".repeat(1000) };
  const times = { old: new Date(-3_600_250), new: 1_600_000_000.125 };
  for (const [name, content] of Object.entries(contents)) {
    for (const [age, time] of Object.entries(times)) {
      await writeFile(join(from, `${name}-${age}`), content);
      await utimes(join(from, `${name}-${age}`), time, time);
    }
  }

  await uploadDirectory(aws, { directory: from, bucket, prefix: "p/", compress: true });
  await downloadPrefix(aws, { bucket, prefix: "p/" }, to);

  const names = await readdir(to);
  assert.equal(names.length, 6);
  for (const name of names) {
    const { mtimeMs } = await stat(join(to, name));
    assert.equal(mtimeMs, name.endsWith("old") ? -3_600_250 : 1_600_000_000_125, name);
  }
});

test("600 small files go up and come down, and nothing moves the second time", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const [from, to] = [join(directory, "in"), join(directory, "out")];
  for (const folder of ["a", "b/c", "ü x"]) await mkdir(join(from, folder), { recursive: true });
  const names = Array.from(
    { length: 600 },
    (_, index) => `${["a", "b/c", "ü x"][index % 3]}/${index}+&%.bin`,
  );
  await Promise.all(names.map((name) => writeFile(join(from, name), `content of ${name}`)));
  const place = { bucket, prefix: "many/" };
  const parallel = 32;

  const up = await uploadDirectory(
    aws,
    { directory: from, ...place },
    { flow: createFlowControl({ parallel }) },
  );
  const upAgain = await uploadDirectory(
    aws,
    { directory: from, ...place },
    { flow: createFlowControl({ parallel }) },
  );
  const down = await downloadPrefix(aws, place, to, { parallel });
  const downAgain = await downloadPrefix(aws, place, to, { parallel });

  assert.deepEqual([up.moved, upAgain.moved, upAgain.skipped], [600, 0, 600]);
  assert.deepEqual([down.moved, downAgain.moved, downAgain.skipped], [600, 0, 600]);
  for (const name of names) {
    assert.equal(await readFile(join(to, name), "utf8"), `content of ${name}`);
  }
});

test("only what changed in S3, or on the disk, is fetched again", async (t) => {
  const cloud = await startTestBucket(t);
  const { aws, bucket, directory } = cloud;
  const place = { bucket, prefix: "p/" };
  for (const name of ["same", "changed", "damaged", "lost"])
    await cloud.put(`p/${name}`, `1 ${name}`);
  await downloadPrefix(aws, place, directory);

  await cloud.put("p/changed", "2 changed");
  await writeFile(join(directory, "damaged"), "! damaged");
  await utimes(join(directory, "lost"), 0, 0);
  const again = await downloadPrefix(aws, place, directory);

  // `lost` only has another time: its bytes still are the object's.
  assert.deepEqual([again.moved, again.skipped], [2, 2]);
  assert.equal(await readFile(join(directory, "changed"), "utf8"), "2 changed");
  assert.equal(await readFile(join(directory, "damaged"), "utf8"), "1 damaged");
});

test("keys that would leave the directory or collide are refused, the others come", async (t) => {
  const cloud = await startTestBucket(t);
  const { aws, bucket, directory } = cloud;
  const target = join(directory, "target");
  const hostile = [
    "p/../up",
    "p//absolute",
    "p/x/../../up",
    "p/file/below",
    "p/link/in",
    "p/full/",
  ];
  for (const key of [...hostile, "p/file", "p/good/one", "p/folder/"]) {
    await cloud.put(key, key.endsWith("folder/") ? "" : key);
  }
  await mkdir(target);
  await symlink(directory, join(target, "link"));

  const result = await downloadPrefix(aws, { bucket, prefix: "p/" }, target);

  assert.deepEqual(result.refused.map(({ name }) => name).toSorted(), hostile.toSorted());
  assert.equal(result.objects, 2);
  assert.equal(await readFile(join(target, "good/one"), "utf8"), "p/good/one");
  assert.deepEqual((await readdir(target)).toSorted(), ["file", "folder", "good", "link"]);
  assert.deepEqual(await readdir(directory), ["target"]);
});
