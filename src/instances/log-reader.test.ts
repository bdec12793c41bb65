import assert from "node:assert/strict";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startTestBucket } from "../../test/support/bucket.ts";
import { logShipper } from "../agent/ship-log.ts";
import { logPartBytes } from "../instance-reports.ts";
import { logReader } from "./log-reader.ts";

test("a log of many parts is read as one, and from then on only what is new", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const file = join(directory, "command.log");
  const key = "logs/i-1/command.log";
  const ship = logShipper({ aws, bucket, key, file });
  const read = logReader(aws, { bucket, key });
  assert.equal(await read(), undefined);

  const lines = Array.from({ length: 600_000 }, (_, step) => `step ${step} é\n`).join("");
  assert.ok(Buffer.byteLength(lines) > 2 * logPartBytes);
  await appendFile(file, lines);
  await ship();
  assert.ok(Buffer.from((await read()) ?? []).equals(await readFile(file)));

  assert.equal((await read())?.length, 0);
  await appendFile(file, "more");
  await ship();
  assert.equal(Buffer.from((await read()) ?? []).toString(), "more");
});

test("a log that ends with its part goes on in the next", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const file = join(directory, "command.log");
  const key = "logs/i-1/command.log";
  const ship = logShipper({ aws, bucket, key, file });
  const read = logReader(aws, { bucket, key });

  await appendFile(file, Buffer.alloc(logPartBytes, "x"));
  await ship();
  assert.equal((await read())?.length, logPartBytes);
  assert.equal((await read())?.length, 0);
  await appendFile(file, "next");
  await ship();
  assert.equal(Buffer.from((await read()) ?? []).toString(), "next");
});
