import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startTestBucket } from "../../../test/support/bucket.ts";
import { hurriedClock } from "../../../test/support/hurried-clock.ts";
import { headObject } from "../../../test/support/s3-objects.ts";
import { downloadObject } from "../download-object.ts";
import { type FlowControl, createFlowControl } from "../flow-control.ts";

const MiB = 1024 * 1024;

test("under a bandwidth limit an object that is not large, too, comes in pieces that are paid for", async (t) => {
  const place = await startTestBucket(t);
  const { aws, bucket } = place;
  const bytes = randomBytes(5 * MiB + 3);
  await place.put("k", bytes);
  const object = { bucket, key: "k", ...(await headObject(aws, { bucket, key: "k" }))! };
  const path = join(place.directory, "k");
  const usual = createFlowControl({ parallel: 4, bytesPerSecond: MiB, clock: hurriedClock() });
  const paid: number[] = [];
  const flow: FlowControl = {
    ...usual,
    run(work, options) {
      paid.push(options?.bytes ?? 0);
      return usual.run(work, options);
    },
  };

  const { compared } = await downloadObject(aws, object, path, { flow });

  assert.ok(compared);
  assert.ok((await readFile(path)).equals(bytes));
  // The first is a question.
  assert.deepEqual(paid, [0, MiB, MiB, MiB, MiB, MiB, 3]);
});
