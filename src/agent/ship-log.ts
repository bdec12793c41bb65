import { open } from "node:fs/promises";
import type { Aws } from "../aws/connect.ts";
import { logPartBytes, logPartKey } from "../instance-reports.ts";
import { uploadBytes } from "../transfer/upload-bytes.ts";

export interface LogShipment {
  aws: Aws;
  bucket: string;
  /** Such as `logs/i-…/command.log`. */
  key: string;
  file: string;
}

/** A round that S3 does not take is soon followed by the next. */
const retryMs = 10_000;

/**
 * Copies a growing log to S3 in parts. S3 cannot append, so the last part is replaced by a longer one each round, and
 * full ones stay.
 *
 * @returns a function that sends what is new and does nothing if nothing is.
 */
export function logShipper({ aws, bucket, key, file }: LogShipment): () => Promise<void> {
  let part = 0;
  let sentOfPart = 0;
  return async () => {
    for (;;) {
      const bytes = await readPart(file, part);
      if (bytes.length > sentOfPart) {
        await uploadBytes(aws, { bucket, key: logPartKey(key, part) }, bytes, { retryMs });
        sentOfPart = bytes.length;
      }
      if (bytes.length < logPartBytes) return;
      part += 1;
      sentOfPart = 0;
    }
  };
}

async function readPart(file: string, part: number): Promise<Uint8Array> {
  const log = await open(file, "r").catch(() => undefined);
  if (!log) return new Uint8Array();
  try {
    const { buffer, bytesRead } = await log.read(
      Buffer.alloc(logPartBytes),
      0,
      logPartBytes,
      part * logPartBytes,
    );
    return buffer.subarray(0, bytesRead);
  } finally {
    await log.close();
  }
}
