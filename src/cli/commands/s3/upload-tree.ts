import type { Aws } from "../../../aws/connect.ts";
import { RunctlError } from "../../../errors.ts";
import { deleteKeys } from "../../../transfer/delete-keys.ts";
import { findExtraKeys } from "../../../transfer/extra-keys.ts";
import type { LeftOut, TransferResult } from "../../../transfer/transfer-result.ts";
import {
  type UploadDirectoryOptions,
  uploadDirectory,
} from "../../../transfer/upload-directory.ts";
import { type UploadScope, pairsOf, takesPart } from "../../../transfer/upload-scope.ts";
import type { Context } from "../../context.ts";
import { type DryRun, dryRun } from "../../dry-run.ts";
import { quoted } from "../../printable.ts";
import { bytesText } from "./transfer-outcome.ts";

interface TreeOrder {
  scope: UploadScope;
  /** Objects that have no file go. */
  mirror: boolean;
}

export interface UploadedTree extends TransferResult {
  /** Objects that had no file. */
  deleted: number;
}

/** What an upload would do, by the names and the sizes: no file is read. */
export async function describeTree(
  aws: Aws,
  { scope, mirror }: TreeOrder,
  { signal }: Context,
): Promise<DryRun> {
  const sum = { objects: 0, bytes: 0, alike: 0 };
  const refused: LeftOut[] = [];
  for await (const { file, object } of pairsOf(aws, scope, { signal })) {
    if (!file || file.kind === "skipped" || !takesPart(scope, file.path)) continue;
    if (file.kind === "refused") {
      refused.push({ name: file.path, reason: file.reason });
      continue;
    }
    const sizeBytes = file.kind === "file" ? file.sizeBytes : 0;
    if (object && file.kind !== "link" && object.sizeBytes === sizeBytes) sum.alike += 1;
    else {
      sum.objects += 1;
      sum.bytes += sizeBytes;
    }
  }
  const to = `s3://${scope.bucket}/${scope.prefix}`;
  const { keys } = mirror ? await findExtraKeys(aws, scope, { signal }) : { keys: [] };
  const plan = dryRun([
    `upload ${objects(sum.objects)} (${bytesText(sum.bytes)}) from ${scope.directory} to ${to}`,
    ...(sum.alike > 0
      ? [`compare ${objects(sum.alike)} of the same size, and upload what has other bytes`]
      : []),
    ...keys.map((key) => `delete s3://${scope.bucket}/${key}`),
    ...refused.map(({ name, reason }) => `refuse ${quoted(name)}: ${reason}`),
  ]);
  return { ...plan, refused };
}

const objects = (count: number) => `${count} object${count === 1 ? "" : "s"}`;

/** Uploads a directory; under `mirror`, what goes is confirmed before anything is done, and goes after the upload. */
export async function uploadTree(
  aws: Aws,
  { scope, mirror }: TreeOrder,
  options: UploadDirectoryOptions,
  context: Context,
): Promise<UploadedTree> {
  const keys = mirror ? await confirmDeletion(aws, scope, context) : [];
  const result = await uploadDirectory(aws, scope, options);
  if (keys.length === 0) return { ...result, deleted: 0 };
  if (result.failed.length > 0) {
    context.hint("nothing was deleted, because not every file could be uploaded");
    return { ...result, deleted: 0 };
  }
  // A file may have come meanwhile.
  const still = new Set((await findExtraKeys(aws, scope, options)).keys);
  const gone = keys.filter((key) => still.has(key));
  const failed = await deleteKeys(aws, scope.bucket, gone, options);
  return { ...result, failed, deleted: gone.length - failed.length };
}

/** Keys that are named to the user: a screen full. */
const shownKeys = 20;

async function confirmDeletion(aws: Aws, scope: UploadScope, context: Context): Promise<string[]> {
  const { keys, hasFiles } = await findExtraKeys(aws, scope, { signal: context.signal });
  if (keys.length === 0) return keys;
  const what = `${keys.length} object${keys.length === 1 ? "" : "s"} under s3://${scope.bucket}/${scope.prefix}`;
  if (!hasFiles && !context.options.yes) {
    throw new RunctlError(
      "REFUSED",
      `${scope.directory} has no file to upload, and --delete would delete all ${what}`,
      {
        hint: "check the directory, or add --yes if that is meant",
      },
    );
  }
  const more = keys.length > shownKeys ? [`and ${keys.length - shownKeys} more`] : [];
  await context.confirm(`delete ${what} that have no file?`, [
    ...keys.slice(0, shownKeys).map((key) => quoted(key)),
    ...more,
  ]);
  return keys;
}
