import type { DownloadJob, PlacedObject } from "../download-job.ts";
import { listPages } from "../list-objects.ts";
import type { ListedObject } from "../s3/listing-page.ts";
import { type NameFilter } from "../name-filter.ts";
import { createCollisionCheck, placeKey } from "../place-key.ts";
import { readAhead } from "../read-ahead.ts";
import { freeBytes, requireRoom } from "./require-room.ts";
import { originalName } from "../compressed-form.ts";

export interface PlannedObject extends PlacedObject {
  /** Its number in the order of the listing, from 0 on. */
  index: number;
}

export interface DownloadScope {
  prefix: string;
  takes: NameFilter;
  onListed: ((path: string) => void) | undefined;
}

/** Pages of 1,000 keys that are listed ahead, so that what is to come is known early: about 5 MB. */
const pagesAhead = 10;

/** The objects that can be files, page by page, in S3's order; directories are made, others noted as refused. */
export async function* planDownload(
  job: DownloadJob,
  scope: DownloadScope,
): AsyncGenerator<PlannedObject[], void> {
  const { prefix, takes } = scope;
  const { target, tally, signal } = job;
  const check = createCollisionCheck();
  let index = 0;
  for await (const page of readAhead(listWanted(job, scope), pagesAhead)) {
    signal?.throwIfAborted();
    const planned: PlannedObject[] = [];
    for (const object of page) {
      const placement = check.place(placeKey(object.key.slice(prefix.length), object.sizeBytes));
      if (placement.kind === "refused") {
        tally.refused.push({ name: object.key, reason: placement.reason });
      } else if (placement.kind === "directory") {
        const reason = target.ensureDirectory(placement.path);
        if (reason) tally.refused.push({ name: object.key, reason });
      } else {
        const { path } = placement;
        const original = job.decompress ? originalName(path) : undefined;
        const isFree = original !== undefined && takes(original) && !check.isFile(original);
        const originalPath = isFree ? placeOriginal(original) : undefined;
        planned.push({ index, object, path, originalPath });
        index += 1;
      }
    }
    yield planned;
  }
}

/** @returns the path, or why nothing may have it. */
export function placeOriginal(path: string): string | { reason: string } {
  const placement = placeKey(path, 0);
  if (placement.kind !== "refused") return path;
  return { reason: `it is compressed, and without .zst ${placement.reason}` };
}

async function* listWanted(
  { aws, bucket, target, tally, signal, retryMs }: DownloadJob,
  { prefix, takes, onListed }: DownloadScope,
): AsyncGenerator<ListedObject[], void> {
  // What is in an older directory may be some of these objects, and need no room.
  const free = target.isNew ? freeBytes(target.root) : Infinity;
  let total = 0;
  for await (const page of listPages(aws, { bucket, prefix }, { retryMs, signal })) {
    const wanted = page.filter(({ key, sizeBytes }) => {
      const path = key.slice(prefix.length);
      onListed?.(path);
      // Without the marker of the prefix itself.
      return path === "" ? sizeBytes > 0 : takes(path);
    });
    const files = wanted.filter(({ key }) => !key.endsWith("/"));
    const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    total += bytes;
    requireRoom(target.root, total, free);
    tally.expect(files.length, bytes);
    yield wanted;
  }
  tally.expectNoMore();
}
