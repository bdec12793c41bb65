import { ApiError } from "../call.ts";

/** A page of a list as IAM gives it: `Marker` is the place of the next entry. */
export function page<Entry>(
  entries: readonly Entry[],
  { Marker, MaxItems = 100 }: { Marker?: string | undefined; MaxItems?: number | undefined },
): { entries: Entry[]; IsTruncated: boolean; Marker?: string } {
  if (MaxItems < 1 || MaxItems > 1000) {
    throw new ApiError("ValidationError", `Value '${MaxItems}' at 'maxItems' must be 1 to 1000`);
  }
  const start = Marker === undefined ? 0 : Number(Marker);
  if (!Number.isInteger(start) || start < 0) {
    throw new ApiError("ValidationError", `Invalid Marker: ${Marker}`);
  }
  const end = start + MaxItems;
  const IsTruncated = end < entries.length;
  return {
    entries: entries.slice(start, end),
    IsTruncated,
    ...(IsTruncated ? { Marker: String(end) } : {}),
  };
}
