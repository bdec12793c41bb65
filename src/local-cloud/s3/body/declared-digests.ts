import type { IncomingHttpHeaders } from "node:http";
import {
  checksumAlgorithms,
  checksumHeader,
  findChecksumAlgorithm,
  isChecksumValue,
  type ChecksumAlgorithm,
} from "../checksums.ts";
import { invalidRequest, S3Error } from "../s3-error.ts";

/** What the client says of its body before sending it. */
export interface DeclaredDigests {
  /** Base64. */
  contentMd5: string | undefined;
  checksum:
    | {
        algorithm: ChecksumAlgorithm;
        /** Undefined: it comes as a trailer. */
        value: string | undefined;
      }
    | undefined;
}

/**
 * @throws S3Error InvalidDigest or InvalidRequest when the headers contradict each other or hold no checksum.
 * @see S3 user guide, "Checking object integrity for data uploads".
 */
export function declaredDigests(headers: IncomingHttpHeaders): DeclaredDigests {
  return { contentMd5: declaredMd5(headers), checksum: declaredChecksum(headers) };
}

function declaredMd5(headers: IncomingHttpHeaders): string | undefined {
  const value = headers["content-md5"];
  if (typeof value !== "string") return undefined;
  const bytes = Buffer.from(value, "base64");
  if (bytes.length === 16 && bytes.toString("base64") === value) return value;
  throw new S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.", 400);
}

function declaredChecksum(headers: IncomingHttpHeaders): DeclaredDigests["checksum"] {
  const trailer = (headers["x-amz-trailer"]?.toString() ?? "").toLowerCase();
  const trailerNames = trailer.split(",").map((name) => name.trim());
  const found = checksumAlgorithms
    .map((algorithm) => {
      const header = checksumHeader(algorithm);
      const value = headers[header]?.toString();
      return { algorithm, value, isDeclared: value !== undefined || trailerNames.includes(header) };
    })
    .filter(({ isDeclared }) => isDeclared);
  if (found.length > 1) {
    throw invalidRequest(
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  const [only] = found;
  const wanted = headers["x-amz-sdk-checksum-algorithm"]?.toString();
  if (!only) {
    if (wanted === undefined) return undefined;
    throw invalidRequest(
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  if (wanted !== undefined && findChecksumAlgorithm(wanted) !== only.algorithm) {
    throw invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  if (only.value !== undefined && !isChecksumValue(only.algorithm, only.value)) {
    throw invalidRequest(`Value for ${checksumHeader(only.algorithm)} header is invalid.`);
  }
  return { algorithm: only.algorithm, value: only.value };
}
