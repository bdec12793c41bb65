import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { accelerate } from "../../../aws/s3-access.ts";
import type { Aws } from "../../../aws/connect.ts";
import { RunctlError } from "../../../errors.ts";
import type { DownloadRules } from "../../../transfer/download-job.ts";
import { usualParallel } from "../../../transfer/download-prefix.ts";
import { downloadSingle } from "../../../transfer/download-single.ts";
import { findObject } from "../../../transfer/find-object.ts";
import { createFlowControl } from "../../../transfer/flow-control.ts";
import { listObjects } from "../../../transfer/list-objects.ts";
import { isDirectory } from "../../../transfer/look-at.ts";
import { objectFilter } from "../../../transfer/name-filter.ts";
import { defineCommand, optional, positional, toggle } from "../../define-command.ts";
import { isDryRun, renderDryRun } from "../../dry-run.ts";
import { type S3Location, oneOf, s3Location } from "../../parsers.ts";
import { localPath } from "./local-path.ts";
import { byteRate } from "./byte-rate.ts";
import { describeOne } from "./describe-transfer.ts";
import { describeTree, downloadTree } from "./download-tree.ts";
import { filterFlags, rulesInOrder } from "./filter-flags.ts";
import { parallelism } from "./parallelism.ts";
import { outcomeExitCode, renderOutcome, showProgress } from "./transfer-outcome.ts";
import { compressedSuffix, readCompression } from "../../../transfer/compressed-form.ts";

export const download = defineCommand({
  summary: "Download objects from S3",
  examples: [
    "s3 download s3://bucket/data/ ./data/",
    "s3 download --exclude '*' --include '*.parquet' s3://bucket/data/ ./data/",
    "s3 download s3://bucket/model.pt ./model.pt",
  ],
  details: [
    "Every file is compared with S3's checksum and appears only when it is complete. Files that are",
    "there already are skipped: those with the object's size and time, else those with its checksum.",
    "Run again after an interruption, it moves only what is missing; the notes for that stand in the",
    "directory as .runctl-journal until all is there.",
    "",
    "Time and mode come from the object's metadata where an upload by runctl, rclone or s3fs left",
    "them. Keys that would leave the directory, collide or meet a symbolic link are refused and",
    "listed, and the exit code is 8. --delete never touches what the filters leave out.",
    "",
    "A filter that matches a.txt matches a.txt.zst, too: upload --compress stores a.txt so.",
  ].join("\n"),
  flags: {
    parallel: optional(parallelism, `requests at once (default ${usualParallel})`, "N"),
    bandwidthLimit: optional(byteRate, "most bytes per second, such as 100MiB/s", "RATE"),
    ...filterFlags,
    delete: toggle("delete files of the directory that S3 does not have"),
    symlinks: optional(
      oneOf(["keep", "content", "refuse"]),
      "objects that are symbolic links: keep (default) them, make files of their content, or refuse",
      "HOW",
    ),
    noDecompress: toggle("leave what upload --compress made as .zst"),
    verify: toggle("read every file back from the disk, also those that are there"),
    pageCache: optional(
      oneOf(["keep", "drop"]),
      "keep large files in memory, or drop (default) them from it",
      "HOW",
    ),
    noChecksum: toggle(
      "do not compare objects above 1 MiB with S3's checksum, nor go on with them",
    ),
    useAcceleration: toggle("by the nearest edge location; costs extra per GB"),
  },
  interruption: {
    goesOn: "what was downloaded stays",
    sameLineContinues: true,
  },
  positionals: {
    source: positional(s3Location, "s3://bucket/key, or a prefix that ends in a slash"),
    target: positional(localPath("upload"), "file or directory"),
  },
  async run({ source, target, ...flags }, context) {
    const { signal, options } = context;
    const rules = rulesOf(flags);
    const path = resolve(context.cwd, target);
    const plain = await context.aws();
    const object =
      (await wantedObject(plain, source, signal)) ??
      (rules.decompress ? await compressedObject(plain, source, signal) : undefined);
    const aws = flags.useAcceleration ? await accelerate(plain, source.bucket, context.env) : plain;
    const shared = {
      ...rules,
      signal,
      flow: createFlowControl({
        parallel: flags.parallel ?? usualParallel,
        bytesPerSecond: flags.bandwidthLimit,
      }),
    };
    if (object) {
      if (flags.delete) {
        throw new RunctlError(
          "USAGE",
          `--delete goes with a prefix, and ${source.key} is an object`,
        );
      }
      const from = `s3://${object.bucket}/${object.key}`;
      if (options.dryRun) return describeOne("download", from, path, object.sizeBytes);
      const onProgress = showProgress(context.report, from);
      const to = { path, isDirectory: target.endsWith("/") || isDirectory(path) };
      const result = await downloadSingle(aws, object, to, { ...shared, onProgress });
      return { from, ...result };
    }
    const prefix = source.key === "" || source.key.endsWith("/") ? source.key : `${source.key}/`;
    const from = `s3://${source.bucket}/${prefix}`;
    requireNoFile(path, from);
    const order = {
      source: { bucket: source.bucket, prefix },
      directory: path,
      takes: objectFilter(rulesInOrder(flags, path)),
      mirror: flags.delete,
    };
    await requireObjects(plain, order.source, signal);
    if (options.dryRun) return describeTree(plain, order, context);
    const onProgress = showProgress(context.report, from);
    const result = await downloadTree(aws, order, { ...shared, onProgress }, context);
    return { from, to: path, ...result };
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : renderOutcome(result)),
  exitCode: outcomeExitCode,
});

interface RuleFlags {
  symlinks: DownloadRules["links"] | undefined;
  noDecompress: boolean;
  verify: boolean;
  noChecksum: boolean;
  pageCache: "keep" | "drop" | undefined;
}

function rulesOf(flags: RuleFlags): DownloadRules {
  const { symlinks, noDecompress, verify, noChecksum, pageCache } = flags;
  if (verify && noChecksum) {
    throw new RunctlError("USAGE", "--verify compares with what --no-checksum does not take");
  }
  return {
    decompress: !noDecompress,
    links: symlinks ?? "keep",
    trustTimes: true,
    verify,
    checksums: !noChecksum,
    pageCache: pageCache === "keep" ? "keep" : "bypass",
  };
}

async function wantedObject(aws: Aws, { bucket, key }: S3Location, signal: AbortSignal) {
  if (key === "" || key.endsWith("/")) return undefined;
  const found = await findObject(aws, { bucket, key }, { signal });
  return found && { bucket, key, ...found };
}

/** What `upload --compress` made of the file of this name. */
async function compressedObject(aws: Aws, { bucket, key }: S3Location, signal: AbortSignal) {
  if (key === "" || key.endsWith("/")) return undefined;
  const object = await wantedObject(aws, { bucket, key: key + compressedSuffix }, signal);
  return object && readCompression(object.metadata) ? object : undefined;
}

/** Before a directory is made for nothing. */
async function requireObjects(
  aws: Aws,
  place: { bucket: string; prefix: string },
  signal: AbortSignal,
): Promise<void> {
  const first = await listObjects(aws, place, { signal, retryMs: 20_000 }).next();
  if (!first.done) return;
  throw new RunctlError(
    "NOT_FOUND",
    `there is no object under s3://${place.bucket}/${place.prefix}`,
    {
      hint: `see what there is: runctl s3 list s3://${place.bucket}/`,
    },
  );
}

function requireNoFile(path: string, from: string): void {
  if (existsSync(path) && !isDirectory(path)) {
    throw new RunctlError("USAGE", `${path} is a file, and ${from} needs a directory`, {
      hint: "give a directory that is there, or is to be made",
    });
  }
}
