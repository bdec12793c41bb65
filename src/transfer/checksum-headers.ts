import type { IncomingHttpHeaders } from "node:http";
import { type StoredChecksum, storedChecksum } from "../object-checksum.ts";

/** What S3 says of an object's bytes in the headers of a GET with checksum mode. */
export function checksumOfHeaders(headers: IncomingHttpHeaders): StoredChecksum | undefined {
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === "string" ? value : undefined;
  };
  return storedChecksum({
    checksums: {
      CRC64NVME: text("x-amz-checksum-crc64nvme"),
      CRC32C: text("x-amz-checksum-crc32c"),
      CRC32: text("x-amz-checksum-crc32"),
      SHA256: text("x-amz-checksum-sha256"),
      SHA1: text("x-amz-checksum-sha1"),
    },
    etag: (text("etag") ?? "").replaceAll('"', ""),
    encryption: text("x-amz-server-side-encryption"),
    customerKey: text("x-amz-server-side-encryption-customer-algorithm"),
  });
}
