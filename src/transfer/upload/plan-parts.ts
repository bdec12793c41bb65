import { RunctlError } from "../../errors.ts";

const MiB = 1024 * 1024;

/** "Amazon S3 multipart upload limits": 10,000 parts of 5 MiB to 5 GiB, objects up to 50 TB. */
const maxParts = 10_000;
const maxObjectBytes = 50e12;

/** Also the size up to which a file is one request. */
export const usualPartBytes = 8 * MiB;

export interface PartPlan {
  /** Of every part but the last. */
  partBytes: number;
  count: number;
}

/** How a file is cut for upload; one part means a single PUT. @throws RunctlError USAGE over 50 TB */
export function planParts(sizeBytes: number): PartPlan {
  if (sizeBytes > maxObjectBytes) {
    throw new RunctlError("USAGE", `${sizeBytes} bytes are more than an S3 object can hold`, {
      hint: "split the file: the limit is 50 TB",
    });
  }
  const partBytes = Math.max(usualPartBytes, Math.ceil(sizeBytes / maxParts / MiB) * MiB);
  return { partBytes, count: Math.max(1, Math.ceil(sizeBytes / partBytes)) };
}
