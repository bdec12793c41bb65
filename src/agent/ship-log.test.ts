import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Aws } from "../aws/connect.ts";
import { logShipper, partBytes } from "./ship-log.ts";

test("a log travels in parts, and only what grew is sent again", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runctl-log-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "command.log");
  const { aws, puts } = bucket();
  const ship = logShipper({ aws, bucket: "b", key: "logs/i-1/command.log", file });

  await ship();
  assert.deepEqual(puts, []);

  await appendFile(file, "hello");
  await ship();
  await ship();
  assert.deepEqual(puts.splice(0), [["logs/i-1/command.log", 5]]);

  await appendFile(file, Buffer.alloc(partBytes, "x"));
  await ship();
  assert.deepEqual(puts, [
    ["logs/i-1/command.log", partBytes],
    ["logs/i-1/command.log.1", 5],
  ]);
});

/** What was put, as key and size. */
function bucket() {
  const puts: [string, number][] = [];
  const client = {
    send: ({ input }: { input: { Key: string; Body: Uint8Array } }) =>
      Promise.resolve(puts.push([input.Key, input.Body.length])),
  };
  return { puts, aws: { s3: () => Promise.resolve(client) } as unknown as Aws };
}
