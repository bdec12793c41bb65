import type { Credentials } from "../../aws/renewing-credentials.ts";
import type { S3Access } from "../../aws/s3-access.ts";
import type { S3Address } from "../../aws/s3-address.ts";
import { diskError } from "../disk-error.ts";
import { type FlowControl, createFlowControl } from "../flow-control.ts";
import { createBufferPool } from "../large/buffer-pool.ts";
import { openDiskFile } from "../large/disk-file.ts";
import { fetchRange } from "../large/fetch-range.ts";
import { createS3Client } from "../s3/s3-client.ts";
import { lastingFailure } from "../s3/s3-failure.ts";
import { type Peer, type Port, createPeer } from "./peer.ts";
import type { RangeNote, RangeOrder, ThreadSettings } from "./range-order.ts";

/** As many as the first thread has for ranges: half of them come here. */
const bufferCount = 32;

/** The work of a further thread: it fetches ranges, with what the first thread gives it of credentials and turns. */
export function serveRanges(port: Port, { region, caBundle }: ThreadSettings): void {
  const pool = createBufferPool(bufferCount);
  const peer: Peer = createPeer(port, {
    fetchRange: (order: RangeOrder, signal) => fetchOrdered(order, signal),
  });
  const client = createS3Client(remoteAccess(peer, region), { caBundle });
  const note = (what: RangeNote) => void peer.call("note", what);
  const flow = remoteFlow(peer, note);

  async function fetchOrdered(order: RangeOrder, signal: AbortSignal) {
    const { id, object, path, pageCache, algorithm, range, retryMs, pieceBytes } = order;
    try {
      const file = await openDiskFile(path, pageCache);
      try {
        const ownFlow = { ...flow, pieceBytes: (usual: number) => Math.min(usual, pieceBytes) };
        const onBytes = (count: number) => note({ kind: "bytes", id, count });
        return await fetchRange(
          { client, pool, object, file, algorithm, retryMs, signal, flow: ownFlow, onBytes },
          range,
        );
      } finally {
        await file.close();
      }
    } catch (error) {
      throw diskError(lastingFailure(error, `s3://${object.bucket}/${object.key}`), path);
    }
  }
}

function remoteAccess(peer: Peer, region: string): S3Access {
  const addresses = new Map<string, S3Address>();
  return {
    region,
    credentials: {
      current: () => peer.call<Credentials>("credentials", undefined),
      renewed: (old) => peer.call<Credentials>("renewedCredentials", old),
    },
    async addressOf(bucket, bucketRegion) {
      const name = `${bucketRegion} ${bucket}`;
      const known = addresses.get(name);
      if (known) return known;
      const address = await peer.call<S3Address>("addressOf", { bucket, region: bucketRegion });
      addresses.set(name, address);
      return address;
    },
  };
}

/** The first thread took a turn for the whole order; what it learns from answers goes there. */
function remoteFlow(peer: Peer, note: (what: RangeNote) => void): FlowControl {
  return {
    ...createFlowControl({ parallel: bufferCount }),
    noteSuccess: () => note({ kind: "success" }),
    noteLatency: (ms) => note({ kind: "latency", ms }),
    noteBusy: () => note({ kind: "busy" }),
    takeRetry: (signal) => peer.call("takeRetry", undefined, signal),
  };
}
