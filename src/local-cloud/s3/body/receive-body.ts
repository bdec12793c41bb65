import { createHash, type Hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { SignedBody } from "../../s3-handler.ts";
import {
  checksumHeader,
  isChecksumValue,
  startChecksum,
  type Checksum,
  type ChecksumAlgorithm,
} from "../checksums.ts";
import { badDigest, invalidRequest, S3Error } from "../s3-error.ts";
import { decodeAwsChunked, type Trailers } from "./aws-chunked.ts";
import { declaredDigests, type DeclaredDigests } from "./declared-digests.ts";

export interface ReceivedBody {
  size: number;
  /** Hex. */
  md5: string;
  checksum: Checksum;
}

/** Where the bytes go; the next piece is read once the returned promise is resolved. */
export type BodySink = (bytes: Buffer) => Promise<void> | void;

export interface ReceiveOptions {
  /** What the object keeps. Undefined: the algorithm that the client chose, or CRC64NVME as S3 does. */
  kept?: ChecksumAlgorithm;
  /** @throws when the client's algorithm is not the one that the upload was created with. */
  requireAlgorithm?: (declared: ChecksumAlgorithm | undefined) => void;
  maxBytes: number;
  /** The checksum header speaks of something else than this body. */
  checksumIsOfObject?: boolean;
}

/**
 * Reads a body to its end and holds it against every digest and signature that came with it.
 *
 * The sink has seen all bytes before the verdict: it must not make them visible before this resolves.
 *
 * @throws S3Error BadDigest, XAmzContentSHA256Mismatch, IncompleteBody, EntityTooLarge and those of aws-chunked.
 */
export async function receiveBody(
  request: IncomingMessage,
  signed: SignedBody,
  sink: BodySink,
  options: ReceiveOptions,
): Promise<ReceivedBody> {
  const declared = declaredDigests(request.headers);
  if (options.checksumIsOfObject === true) declared.checksum = undefined;
  options.requireAlgorithm?.(declared.checksum?.algorithm);
  const announced = announcedSize(request, signed);
  if (announced > options.maxBytes) throw entityTooLarge(options.maxBytes);

  const algorithm = options.kept ?? declared.checksum?.algorithm ?? "CRC64NVME";
  const md5 = createHash("md5");
  const kept = startChecksum(algorithm);
  // Another one only where the client's is not the one to keep.
  const given =
    declared.checksum && declared.checksum.algorithm !== algorithm
      ? startChecksum(declared.checksum.algorithm)
      : undefined;
  const sha256 = signed.kind === "sha256" ? createHash("sha256") : undefined;
  const trailers: Trailers = new Map();
  let size = 0;
  for await (const bytes of bodyBytes(request, signed, trailers)) {
    size += bytes.length;
    if (size > announced) throw incompleteBody();
    md5.update(bytes);
    kept.update(bytes);
    given?.update(bytes);
    sha256?.update(bytes);
    await sink(bytes);
  }
  if (size !== announced) throw incompleteBody();

  requireSha256(signed, sha256);
  const checksum = { algorithm, value: kept.digest().toString("base64") };
  requireDeclared(declared, trailers, given?.digest().toString("base64") ?? checksum.value);
  const md5Bytes = md5.digest();
  if (declared.contentMd5 !== undefined && declared.contentMd5 !== md5Bytes.toString("base64")) {
    throw new S3Error(
      "BadDigest",
      "The Content-MD5 you specified did not match what we received.",
      400,
    );
  }
  return { size, md5: md5Bytes.toString("hex"), checksum };
}

function bodyBytes(
  request: IncomingMessage,
  signed: SignedBody,
  trailers: Trailers,
): AsyncIterable<Buffer> {
  // Leaving the loop early must not close the connection: an error is still to be answered on it.
  const raw: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  if (signed.kind === "unsigned-chunks") return decodeAwsChunked(raw, trailers, undefined);
  if (signed.kind === "signed-chunks") return decodeAwsChunked(raw, trailers, signed.seed);
  return raw;
}

/** Bytes of the decoded body, which S3 wants to know beforehand. */
function announcedSize({ headers }: IncomingMessage, signed: SignedBody): number {
  const isChunked = signed.kind === "signed-chunks" || signed.kind === "unsigned-chunks";
  const text = headers[isChunked ? "x-amz-decoded-content-length" : "content-length"]?.toString();
  if (text !== undefined && /^\d{1,15}$/u.test(text)) return Number(text);
  if (!isChunked && text === undefined && headers["transfer-encoding"] === undefined) return 0;
  throw new S3Error(
    "MissingContentLength",
    "You must provide the Content-Length HTTP header.",
    411,
  );
}

function requireSha256(signed: SignedBody, sha256: Hash | undefined): void {
  if (signed.kind !== "sha256" || !sha256) return;
  const computed = sha256.digest("hex");
  if (computed === signed.sha256) return;
  throw new S3Error(
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
    { ClientComputedContentSHA256: signed.sha256, S3ComputedContentSHA256: computed },
  );
}

function requireDeclared(
  { checksum }: DeclaredDigests,
  trailers: Trailers,
  computed: string,
): void {
  if (!checksum) return;
  const header = checksumHeader(checksum.algorithm);
  const given = checksum.value ?? trailers.get(header);
  if (given === undefined) {
    throw new S3Error(
      "MalformedTrailerError",
      `The trailer ${header} was declared, but was not sent.`,
      400,
    );
  }
  if (!isChecksumValue(checksum.algorithm, given)) {
    throw invalidRequest(`Value for ${header} trailing header is invalid.`);
  }
  if (given !== computed) throw badDigest(checksum.algorithm);
}

function incompleteBody(): S3Error {
  return new S3Error(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
    400,
  );
}

function entityTooLarge(maxBytes: number): S3Error {
  return new S3Error(
    "EntityTooLarge",
    "Your proposed upload exceeds the maximum allowed size",
    400,
    { MaxSizeAllowed: String(maxBytes) },
  );
}
