import assert from "node:assert/strict";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startTestBucket } from "../../../../test/support/bucket.ts";
import { uploadSingle } from "../../../transfer/upload-single.ts";
import type { Context } from "../../context.ts";
import { isDryRun } from "../../dry-run.ts";
import { parseCommand } from "../../parse-command.ts";
import { download } from "./download.ts";
import { progressText, renderOutcome } from "./transfer-outcome.ts";

/** `s3 download` with these words against a bucket that has `p/a`, `p/b/c` and `p/log.tmp`. */
async function start(t: TestContext) {
  const place = await startTestBucket(t);
  for (const key of ["p/a", "p/b/c", "p/log.tmp"]) await place.put(key, key);
  const cwd = place.directory;
  const asked: string[][] = [];
  let answer: Error | undefined;
  async function run(words: readonly string[], options: Partial<Context["options"]> = {}) {
    const context = {
      options,
      aws: () => Promise.resolve(place.aws),
      report: () => undefined,
      confirm: (_question: string, atStake: string[]) => {
        asked.push(atStake);
        return answer ? Promise.reject(answer) : Promise.resolve();
      },
      hint: () => undefined,
      signal: new AbortController().signal,
      env: {},
      cwd,
    } as unknown as Context;
    const typed = { path: ["s3", "download"], words, afterDashes: undefined };
    type Input = Parameters<typeof download.run>[0];
    return download.run(parseCommand(download, typed) as Input, context);
  }
  return {
    ...place,
    asked,
    run,
    refuse: (error: Error | undefined) => void (answer = error),
    source: `s3://${place.bucket}/p/`,
    to: join(cwd, "to"),
  };
}

const namesIn = async (directory: string) =>
  (await readdir(directory, { recursive: true })).toSorted();

test("s3 download --delete asks first, and removes only what was named", async (t) => {
  const place = await start(t);
  await mkdir(join(place.to, "old"), { recursive: true });
  for (const name of ["old/x", "mine.tmp"]) await writeFile(join(place.to, name), "x");
  const line = ["--delete", "--exclude", "*.tmp", place.source, "to"];
  place.refuse(new Error("nobody to ask"));

  const plan = await place.run(line, { dryRun: true });
  await assert.rejects(place.run(line), /nobody to ask/);
  assert.deepEqual(await namesIn(place.to), ["mine.tmp", "old", "old/x"]);

  place.refuse(undefined);
  const result = await place.run(line);
  const again = await place.run(line);

  assert.ok(isDryRun(plan) && !isDryRun(result) && !isDryRun(again));
  assert.deepEqual(plan.plan.slice(1), [`delete ${place.to}/old/x`]);
  assert.deepEqual(place.asked, [['"old/x"'], ['"old/x"']]);
  assert.deepEqual(await namesIn(place.to), ["a", "b", "b/c", "mine.tmp"]);
  assert.deepEqual("deleted" in result && [result.deleted, result.moved], [1, 2]);
  assert.deepEqual([again.moved, again.skipped], [0, 2]);
});

test("s3 download --dry-run names the keys that can be no file, and ends with the code of the real run", async (t) => {
  const place = await start(t);
  for (const key of ["p/../up", "p/a/below", "p/folder/"]) await place.put(key, "");
  const line = ["--exclude", "*.tmp", place.source, "to"];

  const plan = await place.run(line, { dryRun: true });
  const result = await place.run(line);

  assert.ok(isDryRun(plan) && !isDryRun(result));
  assert.deepEqual(plan.refused, result.refused);
  assert.match(plan.plan[0]!, /^download 2 objects /);
  assert.equal(plan.plan.length, 3);
  assert.deepEqual([download.exitCode?.(plan), download.exitCode?.(result)], [8, 8]);
});

test("a file in the way of a directory is replaced in one s3 download --delete", async (t) => {
  const place = await start(t);
  await mkdir(place.to);
  await writeFile(join(place.to, "b"), "was a file");

  const result = await place.run(["--delete", place.source, "to"]);

  assert.ok(!isDryRun(result));
  assert.deepEqual([result.refused, result.objects, result.moved], [[], 3, 3]);
  assert.deepEqual(await namesIn(place.to), ["a", "b", "b/c", "log.tmp"]);
});

test("a directory in the way of a file is replaced in one s3 download --delete, unless something stays in it", async (t) => {
  const place = await start(t);
  await mkdir(join(place.to, "a/below"), { recursive: true });
  await writeFile(join(place.to, "a/below/x"), "");
  await writeFile(join(place.to, "a/left-out.tmp"), "");
  const line = ["--delete", "--exclude", "*.tmp", place.source, "to"];

  const first = await place.run(line);
  await rm(join(place.to, "a/left-out.tmp"));
  await writeFile(join(place.to, "a/x"), "");
  const second = await place.run(line);

  assert.ok(!isDryRun(first) && !isDryRun(second));
  assert.deepEqual([first.refused.length, second.refused.length], [1, 0]);
  assert.deepEqual(await namesIn(place.to), ["a", "b", "b/c"]);
});

test("one object goes to the file or the directory that was named, and the second time it is there", async (t) => {
  const place = await start(t);
  const object = `${place.source}b/c`;

  const first = await place.run([object, "to/file"]);
  const second = await place.run([object, "to/file"]);
  const third = await place.run([object, "to/"]);

  assert.ok(!isDryRun(first) && !isDryRun(second) && !isDryRun(third));
  assert.deepEqual([first.moved, second.skipped, third.moved], [1, 1, 1]);
  assert.equal(third.to, join(place.to, "c"));
  assert.deepEqual(await namesIn(place.to), ["c", "file"]);
  await assert.rejects(place.run(["--delete", object, "to"]), { code: "USAGE" });
});

test("a single object is found by the name that it had before upload --compress, and by its own", async (t) => {
  const place = await start(t);
  const path = join(place.directory, "text");
  const text = "text ".repeat(1000);
  await writeFile(path, text);
  const { key } = await uploadSingle(place.aws, path, {
    bucket: place.bucket,
    key: "p/one.txt",
    compress: true,
  });
  await place.put("p/own.txt.zst", "made by somebody else");

  const result = await place.run([`${place.source}one.txt`, "to/file"]);

  assert.ok(!isDryRun(result));
  assert.deepEqual([key, result.from], ["p/one.txt.zst", `${place.source}one.txt.zst`]);
  assert.equal(await readFile(join(place.to, "file"), "utf8"), text);
  await assert.rejects(place.run([`${place.source}own.txt`, "to/"]), { code: "NOT_FOUND" });
  await assert.rejects(place.run(["--no-decompress", `${place.source}one.txt`, "to/"]), {
    code: "NOT_FOUND",
  });
});

test("s3 download --no-checksum counts nothing above 1 MiB as compared, and does not go with --verify", async (t) => {
  const place = await start(t);
  await place.put("p/large", Buffer.alloc(1024 * 1024 + 1));

  const result = await place.run(["--no-checksum", `${place.source}large`, "to"]);
  assert.ok(!isDryRun(result));
  assert.deepEqual([result.moved, result.compared], [1, 0]);
  assert.match(renderOutcome(result), /, 1 of them not compared with a checksum of S3's, /);
  const again = await place.run(["--no-checksum", place.source, "all"]);
  assert.ok(!isDryRun(again));
  assert.deepEqual([again.moved, again.compared], [4, 3]);

  await assert.rejects(place.run(["--no-checksum", "--verify", place.source, "to"]), {
    code: "USAGE",
  });
});

test("a prefix without objects makes no directory", async (t) => {
  const place = await start(t);
  await assert.rejects(place.run([`${place.source}none/`, "to"]), { code: "NOT_FOUND" });
  assert.deepEqual(await namesIn(place.directory), []);
});

test("progress tells bytes, objects, rate, time left and retries; more may come while the listing goes on", () => {
  const progress = {
    objects: 120,
    bytes: 2 ** 30,
    totalObjects: 300,
    totalBytes: 3 * 2 ** 30,
    isTotalKnown: true,
    movedBytes: 2 ** 30,
    retries: 1,
  };

  assert.equal(
    progressText(progress, 2 ** 29),
    "1.0 GiB of 3.0 GiB, 120 of 300 objects, 512.0 MiB/s, 4 s left, 1 retry",
  );
  assert.equal(
    progressText({ ...progress, isTotalKnown: false, retries: 0 }, 0),
    "1.0 GiB of 3.0 GiB or more, 120 of 300 or more objects, 0 B/s",
  );
});
