import type { Aws } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import { checksumOf } from "../object-checksum.ts";
import type { AnswerHead, BodySink } from "./http/body.ts";
import { checksumOfHeaders } from "./s3/object-headers.ts";
import { createFlowControl } from "./flow-control.ts";
import { type ObjectLocation, ownerHeader } from "./object-location.ts";
import { retryTransfer } from "./s3/retry-transfer.ts";
import { s3Client } from "./s3/s3-client.ts";
import { lastingFailure, refusalCode } from "./s3/s3-failure.ts";

interface FetchOptions {
  /** First byte that is wanted; default 0. */
  from?: number;
  signal?: AbortSignal | undefined;
  /** How long the request is tried again, in milliseconds; default 20,000. */
  retryMs?: number;
}

/**
 * An object in memory, for small ones: a log, a report, a lease. What comes whole is compared with S3's checksum.
 *
 * @returns nothing (no bytes) when `from` is the object's end.
 * @throws RunctlError NOT_FOUND, PERMISSION_DENIED, VERIFICATION_FAILED
 */
export async function fetchBytes(
  aws: Aws,
  { bucket, key, ...owner }: ObjectLocation,
  { from = 0, signal, retryMs = 20_000 }: FetchOptions = {},
): Promise<Buffer> {
  const headers = {
    ...ownerHeader(owner),
    ...(from === 0 ? { "x-amz-checksum-mode": "ENABLED" } : { range: `bytes=${from}-` }),
  };
  const attempt = async () => {
    const { sink, bytes } = memorySink();
    const answer = await s3Client(aws).send({ method: "GET", bucket, key, headers, sink }, signal);
    return { answer, bytes: bytes() };
  };
  try {
    const { answer, bytes } = await retryTransfer(attempt, {
      flow: createFlowControl({ parallel: 1 }),
      retryMs,
      signal,
    });
    if (from === 0) requireRight(answer, bytes, `s3://${bucket}/${key}`);
    return bytes;
  } catch (error) {
    if (from > 0 && refusalCode(error) === "InvalidRange") return Buffer.alloc(0);
    throw lastingFailure(error, `s3://${bucket}/${key}`);
  }
}

const pieceBytes = 64 * 1024;

function memorySink(): { sink: BodySink; bytes: () => Buffer } {
  const pieces: Buffer[] = [];
  let room = Buffer.alloc(0);
  return {
    sink: {
      space() {
        if (room.length === 0) room = Buffer.allocUnsafe(pieceBytes);
        return room;
      },
      filled(count) {
        pieces.push(room.subarray(0, count));
        room = room.subarray(count);
      },
    },
    bytes: () => Buffer.concat(pieces),
  };
}

function requireRight({ headers }: AnswerHead, bytes: Uint8Array, what: string): void {
  const stored = checksumOfHeaders(headers);
  // A composite one needs the sizes of the parts, which nothing this small is uploaded in.
  if (stored === undefined || stored.parts !== undefined) return;
  if (checksumOf(stored.algorithm, bytes) === stored.value) return;
  throw new RunctlError("VERIFICATION_FAILED", `${what}: the bytes do not have S3's checksum`, {
    hint: "run the same command again",
  });
}
