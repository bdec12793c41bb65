import { realpathSync } from "node:fs";
import type { Aws } from "../../../aws/connect.ts";
import { RunctlError } from "../../../errors.ts";
import { type DownloadPrefixOptions, downloadPrefix } from "../../../transfer/download-prefix.ts";
import {
  createListedPaths,
  findExtraFiles,
  listPaths,
  removeExtraFiles,
} from "../../../transfer/extra-files.ts";
import { listPages } from "../../../transfer/list-objects.ts";
import type { NameFilter } from "../../../transfer/name-filter.ts";
import { createCollisionCheck, placeKey } from "../../../transfer/place-key.ts";
import type { LeftOut, TransferResult } from "../../../transfer/transfer-result.ts";
import type { Context } from "../../context.ts";
import { type DryRun, dryRun } from "../../dry-run.ts";
import { quoted } from "../../printable.ts";
import { bytesText } from "./transfer-outcome.ts";

export interface TreeDownload {
  source: { bucket: string; prefix: string };
  directory: string;
  takes: NameFilter;
  /** Files that have no object go. */
  mirror: boolean;
}

export interface DownloadedTree extends TransferResult {
  /** Files that had no object. */
  deleted: number;
}

/**
 * What a download would do at most: what is there already is found only by comparing, and what stands in the way of a
 * file only by looking. Keys that can be no file are named.
 */
export async function describeTree(
  aws: Aws,
  order: TreeDownload,
  context: Context,
): Promise<DryRun> {
  const { bucket, prefix } = order.source;
  const check = createCollisionCheck();
  const refused: LeftOut[] = [];
  let count = 0;
  let bytes = 0;
  for await (const page of listPages(aws, order.source, context)) {
    for (const { key, sizeBytes } of page) {
      const path = key.slice(prefix.length);
      if ((path === "" && sizeBytes === 0) || !order.takes(path)) continue;
      const placement = check.place(placeKey(path, sizeBytes));
      if (placement.kind === "refused") refused.push({ name: key, reason: placement.reason });
      if (placement.kind !== "file") continue;
      count += 1;
      bytes += sizeBytes;
    }
  }
  const what = `${count} object${count === 1 ? "" : "s"} (${bytesText(bytes)})`;
  const download = `download ${what} from s3://${bucket}/${prefix} to ${order.directory}, but for those that are there already`;
  const extra = order.mirror ? await findExtra(aws, order, context) : [];
  const plan = dryRun([
    download,
    ...extra.map((path) => `delete ${order.directory}/${path}`),
    ...refused.map(({ name, reason }) => `refuse ${quoted(name)}: ${reason}`),
  ]);
  return { ...plan, refused };
}

/** Downloads a prefix; under `mirror`, what goes is confirmed before anything is done, and goes after the download. */
export async function downloadTree(
  aws: Aws,
  order: TreeDownload,
  options: DownloadPrefixOptions,
  context: Context,
): Promise<DownloadedTree> {
  const { source, directory, takes } = order;
  const extra = order.mirror ? await confirmDeletion(aws, order, context) : [];
  if (extra.length === 0) {
    const result = await downloadPrefix(aws, source, directory, { ...options, takes });
    return { ...result, deleted: 0 };
  }
  // An object may have come since they were looked for. 48 MB for a million objects, so only where it is needed.
  const listed = createListedPaths();
  const onListed = (path: string) => listed.add(path);
  const run = () => downloadPrefix(aws, source, directory, { ...options, takes, onListed });
  const result = await run();
  if (result.failed.length > 0) {
    context.hint("nothing was deleted, because not every object could be downloaded");
    return { ...result, deleted: 0 };
  }
  const { removed: deleted, failed } = await removeExtraFiles(
    realpathSync(directory),
    extra,
    listed,
  );
  if (deleted === 0 || result.refused.length === 0) return { ...result, failed, deleted };
  // A key may have been refused only because one of those files stood in its way.
  const again = await run();
  const moved = result.moved + again.moved;
  const skipped = again.skipped - result.moved;
  const movedBytes = result.movedBytes + again.movedBytes;
  return { ...again, moved, skipped, movedBytes, failed: [...again.failed, ...failed], deleted };
}

async function findExtra(
  aws: Aws,
  { source, directory, takes }: TreeDownload,
  context: Context,
): Promise<string[]> {
  const listed = await listPaths(aws, source, context.signal);
  const root = existing(directory);
  if (root === undefined) return [];
  const onUnreadable = (path: string) =>
    context.hint(`${quoted(path)} cannot be read: nothing is deleted in it`);
  return [...findExtraFiles(root, listed, { takes, onUnreadable })];
}

function existing(directory: string): string | undefined {
  try {
    return realpathSync(directory);
  } catch {
    return undefined;
  }
}

/** Files that are named to the user: a screen full. */
const shownFiles = 20;

async function confirmDeletion(
  aws: Aws,
  order: TreeDownload,
  context: Context,
): Promise<readonly string[]> {
  if (order.directory === "/") {
    throw new RunctlError("REFUSED", "--delete does not work on / as a whole");
  }
  const paths = await findExtra(aws, order, context);
  if (paths.length === 0) return paths;
  const { bucket, prefix } = order.source;
  const what = `${paths.length} file${paths.length === 1 ? "" : "s"} in ${order.directory}`;
  const more = paths.length > shownFiles ? [`and ${paths.length - shownFiles} more`] : [];
  await context.confirm(`delete ${what} that s3://${bucket}/${prefix} does not have?`, [
    ...paths.slice(0, shownFiles).map((path) => quoted(path)),
    ...more,
  ]);
  return paths;
}
