import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { startCloudProcess } from "../support/cloud-process.ts";
import { forgetPeak, residentMiB } from "../support/resident-memory.ts";
import { createBodyStream } from "../support/stream-body.ts";

const MiB = 2 ** 20;
const skip =
  process.platform === "linux" ? false : "the memory of another process is read in /proc";

test(
  "bodies stream: large objects raise the server's memory by at most 64 MiB",
  { skip },
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), "runctl-memory-"));
    const { connection, stop } = await startCloudProcess(directory);
    const agent = new Agent({ keepAlive: true });
    const { endpoint, region, accessKeyId, secretAccessKey, pid } = connection;
    const credentials = { accessKeyId, secretAccessKey };
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    t.after(async () => {
      agent.destroy();
      client.destroy();
      await stop();
      await rm(directory, { recursive: true });
    });
    const stream = createBodyStream({ ...connection, agent });
    const Bucket = "memory";
    await client.send(new CreateBucketCommand({ Bucket }));
    // What the server loads and compiles for its first body is no memory of bodies.
    await stream({ method: "PUT", path: "/memory/first", sizeBytes: MiB });
    await stream({ method: "GET", path: "/memory/first" });
    forgetPeak(pid);
    const idle = residentMiB(pid).now;

    await stream({ method: "PUT", path: "/memory/whole", sizeBytes: 128 * MiB });
    const Key = "parts";
    const { UploadId = "" } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts = await Promise.all(
      [1, 2, 3, 4].map(async (PartNumber) => {
        const query = { partNumber: `${PartNumber}`, uploadId: UploadId };
        const part = { path: "/memory/parts", query, sizeBytes: 32 * MiB } as const;
        return { PartNumber, ETag: (await stream({ method: "PUT", ...part })).etag };
      }),
    );
    const MultipartUpload = { Parts };
    await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }),
    );
    const answers = await Promise.all(
      ["/memory/whole", "/memory/parts"].map((path) => stream({ method: "GET", path })),
    );

    assert.deepEqual(
      answers.map(({ received }) => received / MiB),
      [128, 128],
    );
    const rise = residentMiB(pid).peak - idle;
    t.diagnostic(`idle ${idle.toFixed()} MiB, at most ${rise.toFixed()} MiB more`);
    assert.ok(rise <= 64, `the server's memory rose by ${rise.toFixed()} MiB`);
  },
);
