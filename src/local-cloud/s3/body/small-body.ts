import type { S3Request } from "../s3-request.ts";
import { receiveBody } from "./receive-body.ts";

/** A request document is at most this large: 10,000 parts with their checksums fit. */
const maxDocumentBytes = 4 * 2 ** 20;

/**
 * The whole body of a request that carries a document, held against its digests and signatures.
 *
 * @param checksumIsOfObject the checksum header speaks of the object that is being made, not of the document.
 */
export async function readSmallBody(
  { http, signed }: S3Request,
  { checksumIsOfObject = false } = {},
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await receiveBody(http, signed.body, (bytes) => void pieces.push(bytes), {
    maxBytes: maxDocumentBytes,
    checksumIsOfObject,
  });
  return Buffer.concat(pieces);
}
