import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { makeCertificates } from "../../../test/support/certificates.ts";
import { rawS3 } from "../../../test/support/raw-s3.ts";
import type { RawConnection } from "../../../test/support/raw-server.ts";
import { checksumOf } from "../../object-checksum.ts";
import { createFlowControl } from "../flow-control.ts";
import { bufferBytes, createBufferPool } from "./buffer-pool.ts";
import { type DiskFile, openDiskFile } from "./disk-file.ts";
import { downloadRanges } from "./download-ranges.ts";
import { usualRangeBytes } from "./plan-ranges.ts";

const bytes = randomBytes(usualRangeBytes + 6 * bufferBytes + 4_321);
const checksum = checksumOf("CRC64NVME", bytes);

for (const protocol of ["HTTP", "TLS"] as const) {
  test(`a disk slower than the network gets every byte right, over ${protocol}`, async (t) => {
    const certificates = protocol === "TLS" ? makeCertificates(t, "DNS:localhost") : undefined;
    if (protocol === "TLS" && !certificates) return;
    const { client } = await rawS3(t, serveRanges, {
      host: certificates ? "localhost" : "127.0.0.1",
      ...(certificates && {
        resolve: async () => ["127.0.0.1"],
        caBundle: certificates.authority,
        server: { tls: certificates },
      }),
    });
    const path = await emptyPath(t);
    const { file, counts } = slowly(await openDiskFile(path, "bypass"));
    const object = { bucket: "bucket", key: "k", etag: "e", sizeBytes: bytes.length };
    const flow = createFlowControl({ parallel: 2 });
    // One buffer for each range that comes, and two that are being written.
    const pool = createBufferPool(4);
    const source = { client, flow, pool, object, file, retryMs: 10_000 };

    const right = await downloadRanges(source, { journalPath: `${path}-journal`, verify: false });
    await file.close();

    assert.ok(counts.atOnce > 0, "the disk was never too slow");
    assert.deepEqual(right.compared, { algorithm: "CRC64NVME", value: checksum });
    assert.ok((await readFile(path)).equals(bytes));
  });
}

async function serveRanges({ socket, nextRequest }: RawConnection): Promise<void> {
  for (let request = await nextRequest(); request; request = await nextRequest()) {
    const range = /^range: bytes=(\d+)-(\d+)/im.exec(request.head);
    const [first, last] = range ? [Number(range[1]), Number(range[2])] : [0, bytes.length - 1];
    socket.write(
      `HTTP/1.1 ${range ? "206 Partial Content" : "200 OK"}\r\n` +
        `content-range: bytes ${first}-${last}/${bytes.length}\r\n` +
        `x-amz-checksum-crc64nvme: ${checksum}\r\ncontent-length: ${last + 1 - first}\r\n\r\n`,
    );
    if (range) socket.write(bytes.subarray(first, last + 1));
  }
}

/** The same file on a disk that takes its time for what is not waited for. */
function slowly(real: DiskFile) {
  const counts = { atOnce: 0 };
  const file: DiskFile = {
    ...real,
    isDirect: real.isDirect,
    async write(from, position) {
      await delay(20);
      await real.write(from, position);
    },
    writeNow(from, position) {
      counts.atOnce += 1;
      real.writeNow(from, position);
    },
  };
  return { file, counts };
}

async function emptyPath(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-slow-disk-"));
  t.after(() => rm(directory, { recursive: true }));
  return join(directory, "file");
}
