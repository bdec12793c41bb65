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
    etag: etagOf(headers),
    encryption: headers.get("x-amz-server-side-encryption"),
    customerKey: headers.get("x-amz-server-side-encryption-customer-algorithm"),
  });
}

/** Without quotes; empty where there is none. */
export const etagOf = (headers: ReadonlyMap<string, string>) => plainEtag(headers.get("etag"));

/** An ETag without the quotes in which headers and documents have it. */
export const plainEtag = (text = "") => text.replaceAll('"', "");
