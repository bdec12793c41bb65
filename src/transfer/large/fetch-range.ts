import { RunctlError } from "../../errors.ts";
import type { AnswerHead } from "../http/body.ts";
import { retryTransfer } from "../s3/retry-transfer.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { type CrcAlgorithm, type Piece, type RangeSum, createRangeSum } from "./crc-sums.ts";
import type { DiskFile } from "./disk-file.ts";
import { ShortBody } from "../s3/s3-failure.ts";
import { requireVersion } from "../download/wanted-object.ts";
import type { PlannedRange } from "./plan-ranges.ts";
import { type RangeSink, createRangeSink } from "./range-sink.ts";
import { type Asking, findStored } from "./stored-object.ts";

/** Where the bytes of an object come from and go to. */
export interface ByteSource extends Asking {
  pool: BufferPool;
  file: DiskFile;
  onBytes?: ((count: number) => void) | undefined;
}

export interface RangeSource extends ByteSource {
  /** Undefined: nothing is summed, and no pieces are known afterwards. */
  algorithm: CrcAlgorithm | undefined;
}

/**
 * Fetches one range to its place in the file. An answer that breaks off is gone on with from where it broke.
 *
 * @returns the checksums of the range's pieces, of the bytes as they came. They are written, maybe only to memory.
 */
export function fetchRange(source: RangeSource, range: PlannedRange): Promise<Piece[]> {
  const { pool, algorithm } = source;
  const sum = algorithm ? createRangeSum(pool.crc, algorithm, range.pieceLengths) : noSum;
  return fill(source, range, sum, rangeRequest);
}

const noSum: RangeSum = { update: () => undefined, pieces: () => [] };

/**
 * Fetches an object by one request that asks for no range, so that its answer says what checksum S3 has; under a limit
 * of bandwidth that is less than the object, piece by piece after a question for the checksum.
 *
 * @param algorithmOf chooses what to take of the bytes, once the answer's head is there; undefined: nothing.
 */
export async function fetchWhole(
  source: ByteSource,
  algorithmOf: (headers: ReadonlyMap<string, string>) => CrcAlgorithm | undefined,
): Promise<{ headers: ReadonlyMap<string, string>; pieces: Piece[] }> {
  const { sizeBytes: lengthBytes } = source.object;
  if (source.flow.pieceBytes(lengthBytes) < lengthBytes) {
    const { headers } = await findStored(source);
    const range = { first: 0, lengthBytes, pieceLengths: [lengthBytes] };
    const pieces = await fetchRange({ ...source, algorithm: algorithmOf(headers) }, range);
    return { headers, pieces };
  }
  let headers: ReadonlyMap<string, string> = new Map();
  let started: RangeSum | undefined;
  const begin = () => {
    const algorithm = algorithmOf(headers);
    return algorithm ? createRangeSum(source.pool.crc, algorithm, [lengthBytes]) : noSum;
  };
  const sum: RangeSum = {
    update(bytes) {
      started ??= begin();
      started.update(bytes);
    },
    pieces: () => started?.pieces() ?? [],
  };
  const wholeRequest: RangeRequest = {
    headers: { "x-amz-checksum-mode": "ENABLED" },
    start: (answer) => void ({ headers } = answer),
  };
  const requestOf = (first: number, last: number) =>
    first === 0 ? wholeRequest : rangeRequest(first, last);
  const pieces = await fill(source, { first: 0, lengthBytes }, sum, requestOf);
  return { headers, pieces };
}

interface RangeRequest {
  headers: Record<string, string>;
  start: (answer: AnswerHead) => void;
}

function fill(
  source: ByteSource,
  range: Pick<PlannedRange, "first" | "lengthBytes">,
  sum: RangeSum,
  requestOf: (first: number, last: number) => RangeRequest,
): Promise<Piece[]> {
  const { pool, signal } = source;
  return pool.admission.run(async () => {
    signal?.throwIfAborted();
    const sink = createRangeSink({ ...source, range, sum }, await pool.take());
    try {
      await pour(source, sink, range, requestOf);
      return await sink.finish();
    } finally {
      await sink.close();
    }
  });
}

async function pour(
  { client, object, flow, retryMs, signal }: ByteSource,
  sink: RangeSink,
  range: Pick<PlannedRange, "first" | "lengthBytes">,
  requestOf: (first: number, last: number) => RangeRequest,
): Promise<void> {
  const { bucket, key, etag } = object;
  const end = range.first + range.lengthBytes;
  const nextBytes = () => flow.pieceBytes(end - sink.next);
  const attempt = async (own: AbortSignal | undefined) => {
    // The connection may have broken right behind the last byte.
    if (sink.next === end && range.lengthBytes > 0) return;
    const wantedEnd = sink.next + nextBytes();
    const request = requestOf(sink.next, wantedEnd - 1);
    const headers = { "if-match": `"${etag}"`, ...request.headers };
    const start = (answer: AnswerHead) => {
      request.start(answer);
      requireVersion(object, answer.headers);
    };
    const into = { ...sink, start };
    await client.send({ method: "GET", bucket, key, headers, sink: into, flow }, own);
    if (sink.next < wantedEnd) throw new ShortBody(`${wantedEnd - sink.next} bytes are missing`);
  };
  do {
    await retryTransfer(attempt, {
      flow,
      bytes: nextBytes,
      movedBytes: () => sink.next - range.first,
      // What has come stays: the next connection gets only the rest.
      restartsSlow: true,
      retryMs,
      signal,
    });
  } while (sink.next < end);
}

/** Something on the way that ignores `Range` would put bytes at the wrong place. */
function rangeRequest(first: number, last: number): RangeRequest {
  const wanted = `bytes ${first}-${last}/`;
  return {
    headers: { range: `bytes=${first}-${last}` },
    start({ status, headers }) {
      const got = headers.get("content-range") ?? "";
      if (status === 206 && got.startsWith(wanted)) return;
      throw new RunctlError("AWS_ERROR", `asked for '${wanted}', S3 answered ${status} '${got}'`, {
        hint: "look at the proxy between here and S3",
      });
    },
  };
}
