import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startTestBucket } from "../../test/support/bucket.ts";
import { logPartBytes } from "../instance-reports.ts";
import { listObjects } from "../transfer/list-objects.ts";
import { logShipper } from "./ship-log.ts";

test("a log travels in parts, and only what grew is sent again", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const file = join(directory, "command.log");
  const ship = logShipper({ aws, bucket, key: "logs/i-1/command.log", file });
  const sent = async () => {
    const found = [];
    for await (const object of listObjects(aws, { bucket, prefix: "" })) found.push(object);
    return found;
  };

  await ship();
  assert.deepEqual(await sent(), []);

  await appendFile(file, "hello");
  await ship();
  const [first] = await sent();
  assert.deepEqual([first?.key, first?.sizeBytes], ["logs/i-1/command.log", 5]);
  await ship();
  assert.deepEqual(await sent(), [first], "nothing was written again");

  await appendFile(file, Buffer.alloc(logPartBytes, "x"));
  await ship();
  assert.deepEqual(
    (await sent()).map(({ key, sizeBytes }) => [key, sizeBytes]),
    [
      ["logs/i-1/command.log", logPartBytes],
      ["logs/i-1/command.log.1", 5],
    ],
  );
});
