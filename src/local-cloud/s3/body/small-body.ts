import type { S3Request } from "../s3-request.ts";
import { receiveBody } from "./receive-body.ts";

/** A request document is at most this large: 10,000 parts with their checksums fit. */
const maxDocumentBytes = 4 * 2 ** 20;

/** The whole body of a request that carries a document, held against its digests and signatures. */
export async function readSmallBody({ http, signed }: S3Request): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await receiveBody(http, signed.body, (bytes) => void pieces.push(bytes), {
    fallback: "CRC64NVME",
    maxBytes: maxDocumentBytes,
  });
  return Buffer.concat(pieces);
}
