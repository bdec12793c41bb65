import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startTestBucket } from "../../../../test/support/bucket.ts";
import type { Context } from "../../context.ts";
import { isDryRun } from "../../dry-run.ts";
import { parseCommand } from "../../parse-command.ts";
import { upload } from "./upload.ts";

test("s3 upload --dry-run compares sizes, names what it would refuse, and ends with the code of the real run", async (t) => {
  const place = await startTestBucket(t);
  const data = join(place.directory, "data");
  await mkdir(data);
  for (const name of ["new", "same", "longer"]) await writeFile(join(data, name), "four");
  await mkdir(join(data, "empty"));
  await place.put("p/empty/", "");
  await place.put("p/same", "size");
  await place.put("p/longer", "less");
  await writeFile(join(data, "longer"), "longer");
  const run = async (words: readonly string[], dryRun: boolean) => {
    const context = {
      options: { dryRun },
      aws: () => Promise.resolve(place.aws),
      report: () => undefined,
      signal: new AbortController().signal,
      env: { XDG_STATE_HOME: place.directory },
      cwd: place.directory,
    } as unknown as Context;
    const typed = { path: ["s3", "upload"], words, afterDashes: undefined };
    type Input = Parameters<typeof upload.run>[0];
    return upload.run(parseCommand(upload, typed) as Input, context);
  };
  const line = ["data", `s3://${place.bucket}/p/`];

  const whole = await run(line, true);
  await symlink("nowhere", join(data, "broken"));
  const partly = await run(line, true);
  const real = await run(line, false);

  assert.ok(isDryRun(whole) && isDryRun(partly) && !isDryRun(real));
  assert.deepEqual(whole.plan, [
    `upload 2 objects (10 B) from ${data} to s3://${place.bucket}/p/`,
    "compare 2 objects of the same size, and upload what has other bytes",
  ]);
  assert.deepEqual(partly.plan.slice(2), [
    'refuse "broken": a symbolic link: it leads nowhere, or has vanished',
  ]);
  assert.deepEqual(
    [whole, partly, real].map((result) => upload.exitCode?.(result)),
    [0, 8, 8],
  );
});
