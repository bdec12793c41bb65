import { notOfS3 } from "./s3-failure.ts";
import { type StoredChecksum, storedChecksum } from "../../object-checksum.ts";

/**
 * What S3 says of an object's bytes in the answer to a GET or HEAD with checksum mode.
 *
 * @param headers names in lower case.
 */
export function checksumOfHeaders(
  headers: ReadonlyMap<string, string>,
): StoredChecksum | undefined {
  return storedChecksum({
    checksums: {
      CRC64NVME: headers.get("x-amz-checksum-crc64nvme"),
      CRC32C: headers.get("x-amz-checksum-crc32c"),
      CRC32: headers.get("x-amz-checksum-crc32"),
      SHA256: headers.get("x-amz-checksum-sha256"),
      SHA1: headers.get("x-amz-checksum-sha1"),
    },
    etag: plainEtag(headers.get("etag")),
    encryption: headers.get("x-amz-server-side-encryption"),
    customerKey: headers.get("x-amz-server-side-encryption-customer-algorithm"),
  });
}

/** Without quotes. @throws RunctlError AWS_ERROR where there is none: S3 gives one with every object that it has or took. */
export function etagOf(headers: ReadonlyMap<string, string>): string {
  const etag = plainEtag(headers.get("etag"));
  if (etag === "") throw notOfS3("no ETag");
  return etag;
}

/** In bytes, of the answer to a HEAD. @throws RunctlError AWS_ERROR where there is none. */
export function sizeOf(headers: ReadonlyMap<string, string>): number {
  const length = headers.get("content-length");
  if (length === undefined) throw notOfS3("no content-length");
  return Number(length);
}

/** An ETag without the quotes in which headers and documents have it. */
export const plainEtag = (text = "") => text.replaceAll('"', "");
