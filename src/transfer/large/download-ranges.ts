import { wrongBytes } from "../download/wanted-object.ts";
import { type RightFile, checkObject, rangeAlgorithm } from "./check-object.ts";
import type { Piece } from "./crc-sums.ts";
import type { MoreThreads } from "../threads/share-ranges.ts";
import type { ByteSource } from "./fetch-range.ts";
import { fetchRanges } from "./fetch-ranges.ts";
import { type PlannedRange, planRanges, rangeBytesOf } from "./plan-ranges.ts";
import { type RangeJournal, openRangeJournal } from "./range-journal.ts";
import { type Reading, readBack } from "./read-ranges.ts";
import { allPartSizes, findStored, partSizesOf } from "./stored-object.ts";

export interface RangedOptions {
  journalPath: string;
  /** Reads everything back from the disk, too. */
  verify: boolean;
  /** Undefined: this thread does all. */
  more?: MoreThreads;
}

/**
 * Brings an object to its file in parallel ranges. Killed at any point and run again, it goes on: what the journal
 * claims is read back and fetched again where it is not so.
 *
 * @throws RunctlError VERIFICATION_FAILED when the bytes were wrong twice.
 */
export async function downloadRanges(
  from: ByteSource,
  { journalPath, verify, more }: RangedOptions,
): Promise<RightFile> {
  const { file, pool, object } = from;
  const { bucket, key, etag, sizeBytes } = object;
  const { checksum: stored, headers } = await findStored(from);
  const parts = stored?.parts;
  const partSizes = parts ? await partSizesOf(from, parts) : undefined;
  let sizes: Promise<number[]> | undefined;
  const askAll = parts ? () => (sizes ??= allPartSizes(from, parts)) : undefined;
  const algorithm = rangeAlgorithm(stored);
  const source = { ...from, algorithm };
  const plan = planRanges(sizeBytes, partSizes);
  const rangeBytes = rangeBytesOf(sizeBytes);
  const identity = { bucket, key, etag, sizeBytes, rangeBytes, algorithm };
  await file.truncate(sizeBytes);
  const journal = await openRangeJournal(journalPath, identity, () => file.syncData());
  try {
    const there = await claimed(source, plan, journal);
    const tries: ReadonlyMap<number, readonly Piece[]>[] = [];
    while (tries.length < 2) {
      const missing = plan.filter(({ first }) => !there.has(first));
      try {
        await fetchRanges(source, missing, more, (range, pieces) => {
          there.set(range.first, pieces);
          journal.note(range, pieces);
        });
      } catch (error) {
        // The first failure is the one to tell.
        await journal.flush().catch(() => undefined);
        throw error;
      }
      const pieces = plan.flatMap((range) => there.get(range.first)!);
      const arrived = { file, pool, sizeBytes, pieces, algorithm, stored, partSizes };
      const checksum = await checkObject({ ...arrived, allPartSizes: askAll });
      const wrong = !checksum ? plan : verify ? await readBack(source, plan, there) : [];
      if (checksum && wrong.length === 0) return { checksum, compared: stored, headers };
      tries.push(new Map(there));
      for (const range of wrong) there.delete(range.first);
    }
    throw wrongBytes(object, describeChange(plan, tries));
  } finally {
    await journal.close();
  }
}

/** What an earlier run noted, and what the file really holds: a note alone proves nothing about another disk. */
async function claimed(source: Reading, plan: readonly PlannedRange[], journal: RangeJournal) {
  const there = new Map<number, readonly Piece[]>();
  for (const { first, pieceLengths } of plan) {
    const crcs = journal.found.get(first);
    if (crcs?.length !== pieceLengths.length) continue;
    const pieces = crcs.map((crc, index) => ({ crc, lengthBytes: pieceLengths[index]! }));
    there.set(first, pieces);
  }
  const claims = plan.filter(({ first }) => there.has(first));
  for (const { first } of await readBack(source, claims, there)) there.delete(first);
  return there;
}

/** Where two tries gave other bytes: a fault on the way. Nowhere: what S3 sends is not what it has a checksum of. */
function describeChange(
  plan: readonly PlannedRange[],
  [before, after]: readonly ReadonlyMap<number, readonly Piece[]>[],
): string {
  const changed = plan.find(
    ({ first }) => valuesOf(before?.get(first)) !== valuesOf(after?.get(first)),
  );
  if (!changed) return "; both times the same bytes came";
  return `; the bytes from ${changed.first} on came differently the second time`;
}

const valuesOf = (pieces: readonly Piece[] | undefined) => String(pieces?.map(({ crc }) => crc));
