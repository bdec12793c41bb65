import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Credentials } from "../../aws/renewing-credentials.ts";
import type { S3Access } from "../../aws/s3-access.ts";
import type { FlowControl } from "../flow-control.ts";
import type { Piece } from "../large/crc-sums.ts";
import { createPeer } from "./peer.ts";
import type { RangeNote, RangeOrder, ThreadSettings } from "./range-order.ts";

/** A further thread that fetches ranges. */
export interface RangeThread {
  /** @throws what the range failed with, or what the thread died of. */
  fetch(
    order: Omit<RangeOrder, "id">,
    onBytes: (count: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<Piece[]>;
  readonly inFlight: number;
  /** Ends the thread; nothing of it is under way afterwards. */
  stop(): Promise<void>;
}

interface ThreadOptions {
  access: S3Access;
  flow: FlowControl;
  caBundle: string | undefined;
  /** The program of the thread; default: that of this package. */
  program?: URL;
}

export function startRangeThread({
  access,
  flow,
  caBundle,
  program = threadProgram(),
}: ThreadOptions): RangeThread {
  const settings: ThreadSettings = { thread: "ranges", region: access.region, caBundle };
  const worker = new Worker(program, { workerData: settings });
  const countBytes = new Map<number, (count: number) => void>();
  let nextId = 0;

  const peer = createPeer(worker, {
    credentials: () => access.credentials.current(),
    renewedCredentials: (old: Credentials) => access.credentials.renewed(old),
    addressOf: ({ bucket, region }: { bucket: string; region?: string }) =>
      access.addressOf(bucket, region),
    takeRetry: (_: undefined, signal) => flow.takeRetry(signal),
    note(what: RangeNote) {
      if (what.kind === "bytes") countBytes.get(what.id)?.(what.count);
      else if (what.kind === "latency") flow.noteLatency(what.ms);
      else if (what.kind === "busy") flow.noteBusy();
      else flow.noteSuccess();
    },
  });
  worker.on("error", (error) => peer.fail(error));
  worker.on("exit", (code) => peer.fail(new Error(`a transfer thread ended with code ${code}`)));

  return {
    async fetch(order, onBytes, signal) {
      const id = nextId++;
      countBytes.set(id, onBytes);
      try {
        const { lengthBytes: bytes } = order.range;
        const ask = () => peer.call<Piece[]>("fetchRange", { ...order, id }, signal);
        return await flow.run(ask, { bytes, signal });
      } finally {
        countBytes.delete(id);
      }
    },
    get inFlight() {
      return countBytes.size;
    },
    async stop() {
      await worker.terminate();
    },
  };
}

/** Beside this file: as TypeScript while developing, bundled as it is published. The agent is one file for all. */
function threadProgram(): URL {
  const name = import.meta.url.endsWith(".ts") ? "thread-main.ts" : "transfer-thread.mjs";
  const beside = new URL(name, import.meta.url);
  return existsSync(beside) ? beside : new URL(import.meta.url);
}
