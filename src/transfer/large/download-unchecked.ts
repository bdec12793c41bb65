import type { MoreThreads } from "../threads/share-ranges.ts";
import type { RightFile } from "./check-object.ts";
import { type ByteSource, fetchWhole } from "./fetch-range.ts";
import { fetchRanges } from "./fetch-ranges.ts";
import { planRanges, usualRangeBytes } from "./plan-ranges.ts";
import { findStored } from "./stored-object.ts";

/**
 * Brings an object to its file without a checksum of it: neither compared with S3's nor taken. Nothing could prove
 * what an earlier run left, so it begins anew.
 */
export async function downloadUnchecked(
  source: ByteSource,
  more: MoreThreads | undefined,
): Promise<RightFile> {
  const { file, object } = source;
  const { sizeBytes } = object;
  await file.truncate(0);
  await file.truncate(sizeBytes);
  if (sizeBytes <= usualRangeBytes) {
    const { headers } = await fetchWhole(source, () => undefined);
    return { checksum: undefined, compared: undefined, headers };
  }
  const { headers } = await findStored(source);
  await fetchRanges({ ...source, algorithm: undefined }, planRanges(sizeBytes), more);
  return { checksum: undefined, compared: undefined, headers };
}
