import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect } from "../../aws/connect.ts";
import { downloadObject } from "../download-object.ts";
import { createFlowControl } from "../flow-control.ts";
import { fetchSmall } from "./fetch-small.ts";
import { bufferPool } from "../large/buffer-pool.ts";
import { s3Client } from "../s3/s3-client.ts";

/** A cache before S3 that passes over `If-Match`. */
async function startCache(
  t: TestContext,
  answer: (range: [first: number, last: number] | undefined, response: ServerResponse) => void,
) {
  const server = createServer((request: IncomingMessage, response) => {
    const found = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
    answer(found ? [Number(found[1]), Number(found[2])] : undefined, response);
  });
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const directory = await mkdtemp(join(tmpdir(), "runctl-version-"));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true, force: true });
  });
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const endpointUrl = `http://127.0.0.1:${port}`;
  return { directory, aws: connect({ region: "us-east-1", endpointUrl, credentials }) };
}

const large = { bucket: "bucket", key: "k", etag: "v1-3", sizeBytes: 40 << 20 };

test("ranges of two versions do not become one file, whatever passes over If-Match", async (t) => {
  for (const other of [{ etag: '"v2-3"' }, { total: large.sizeBytes + 1 }]) {
    let gets = 0;
    const { aws, directory } = await startCache(t, (range, response) => {
      if (!range) {
        response.writeHead(200, { etag: '"v1-3"', "content-length": large.sizeBytes }).end();
        return;
      }
      gets += 1;
      const { etag = '"v1-3"', total = large.sizeBytes } = gets === 1 ? {} : other;
      const [first, last] = range;
      const headers = {
        etag,
        "content-range": `bytes ${first}-${last}/${total}`,
        "content-length": last - first + 1,
      };
      response.writeHead(206, headers).end(Buffer.alloc(last - first + 1, gets));
    });
    const path = join(directory, "f");

    await assert.rejects(downloadObject(aws, large, path), { code: "CONFLICT" });

    assert.ok(!existsSync(path));
    assert.deepEqual(await readdir(directory), []);
  }
});

test("a small object of another version is refused", async (t) => {
  const { aws } = await startCache(t, (_range, response) => {
    response.writeHead(200, { etag: '"v2"', "content-length": 3 }).end("two");
  });
  const object = { bucket: "bucket", key: "k", etag: "v1", sizeBytes: 3 };
  const [client, pool] = [s3Client(aws), bufferPool(aws)];
  const flow = createFlowControl({ parallel: 1 });

  const fetched = fetchSmall({ client, pool, flow, object, retryMs: 1_000 }, () => "used");

  await assert.rejects(fetched, { code: "CONFLICT" });
});
