import type { Stats } from "node:fs";
import { basename, resolve } from "node:path";
import type { Aws } from "../../../aws/connect.ts";
import { accelerate } from "../../../aws/s3-access.ts";
import { RunctlError } from "../../../errors.ts";
import { createFlowControl } from "../../../transfer/flow-control.ts";
import { lookAt } from "../../../transfer/look-at.ts";
import { nameFilter } from "../../../transfer/name-filter.ts";
import { openUploadJournal } from "../../../transfer/upload-journal.ts";
import { type UploadDirectoryOptions, filesAtOnce } from "../../../transfer/upload-directory.ts";
import { partsAtOnce, uploadSingle } from "../../../transfer/upload-single.ts";
import { symlinkPolicies } from "../../../transfer/walk-files.ts";
import type { Context } from "../../context.ts";
import { defineCommand, optional, positional, toggle } from "../../define-command.ts";
import { isDryRun, renderDryRun } from "../../dry-run.ts";
import { oneOf, s3Location } from "../../parsers.ts";
import { localPath } from "./local-path.ts";
import { byteRate } from "./byte-rate.ts";
import { describeOne } from "./describe-transfer.ts";
import { filterFlags, rulesInOrder } from "./filter-flags.ts";
import { parallelism } from "./parallelism.ts";
import { outcomeExitCode, renderOutcome, showProgress } from "./transfer-outcome.ts";
import { uploadJournalDirectory } from "./upload-journal-directory.ts";
import { describeTree, uploadTree } from "./upload-tree.ts";

export const upload = defineCommand({
  summary: "Upload a file or a directory to S3",
  examples: [
    "s3 upload ./data/ s3://bucket/data/",
    "s3 upload --compress --exclude '*.tmp' ./logs/ s3://bucket/logs/",
    "s3 upload --delete --dry-run ./data/ s3://bucket/data/",
  ],
  details: [
    "S3 compares a checksum of every request and of every object. Files that S3 has already, byte",
    "for byte, are skipped; a large file goes on where an interrupted upload ended. Time and mode of",
    "a file are kept in its metadata, empty directories as keys that end in a slash.",
    "",
    "Symbolic links are followed; those that lead out of the directory are refused and listed (exit",
    "code 8) unless --symlinks follow says so. --compress stores what shrinks by a tenth or more as",
    ".zst, which a download restores; a file beside one that has its name with .zst is left as it is.",
    "Where S3 keeps a file as it is, the .zst that an earlier --compress made of it is deleted.",
    "--dry-run compares names and sizes, and reads no file.",
    "--delete never touches what the filters leave out, nor its .zst.",
  ].join("\n"),
  flags: {
    parallel: optional(
      parallelism,
      `requests at once (default ${filesAtOnce}; ${partsAtOnce} for a single file)`,
      "N",
    ),
    bandwidthLimit: optional(byteRate, "most bytes per second, such as 100MiB/s", "RATE"),
    ...filterFlags,
    symlinks: optional(oneOf(symlinkPolicies), "follow, skip or keep symbolic links", "HOW"),
    delete: toggle("delete objects under the prefix that have no file"),
    noClobber: toggle("keep objects that exist, whatever they hold"),
    compress: toggle("store files that shrink as .zst"),
    useAcceleration: toggle("by the nearest edge location; costs extra per GB"),
  },
  interruption: {
    goesOn: "what was uploaded stays",
    sameLineContinues: true,
  },
  positionals: {
    source: positional(localPath("download"), "file or directory"),
    target: positional(s3Location, "s3://bucket/key, or a prefix that ends in a slash"),
  },
  async run({ source, target, ...flags }, context) {
    const path = resolve(context.cwd, source);
    const found = requirePath(path);
    if (flags.delete && found.isFile()) {
      throw new RunctlError("USAGE", `--delete goes with a directory, and ${path} is a file`);
    }
    const { bucket } = target;
    const aws = await connectFor(context, bucket, flags.useAcceleration);
    const options = optionsFor(context, aws, `s3://${bucket}/${target.key}`, {
      ...flags,
      parallel: flags.parallel ?? (found.isFile() ? partsAtOnce : filesAtOnce),
    });
    const { compress, symlinks } = flags;
    if (found.isFile()) {
      const isPrefix = target.key === "" || target.key.endsWith("/");
      const key = isPrefix ? target.key + basename(path) : target.key;
      const to = `s3://${bucket}/${key}`;
      if (context.options.dryRun) return describeOne("upload", path, to, found.size);
      const { key: stored, ...result } = await uploadSingle(
        aws,
        path,
        { bucket, key, compress },
        options,
      );
      return { from: path, to: `s3://${bucket}/${stored}`, ...result };
    }
    const prefix = target.key === "" || target.key.endsWith("/") ? target.key : `${target.key}/`;
    const filter = nameFilter(rulesInOrder(flags, path));
    const links = symlinks ? { symlinks, mayLeave: symlinks === "follow" } : {};
    const scope = { directory: path, bucket, prefix, filter, compress, ...links };
    const order = { scope, mirror: flags.delete };
    if (context.options.dryRun) return describeTree(aws, order, context);
    const result = await uploadTree(aws, order, options, context);
    return { from: path, to: `s3://${bucket}/${prefix}`, ...result };
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : renderOutcome(result)),
  exitCode: outcomeExitCode,
});

function requirePath(path: string): Stats {
  const found = lookAt(path);
  if (!found) throw new RunctlError("NOT_FOUND", `there is no file or directory ${path}`);
  if (found.isFile() || found.isDirectory()) return found;
  throw new RunctlError("USAGE", `${path} is neither a file nor a directory`);
}

async function connectFor(context: Context, bucket: string, isAccelerated: boolean): Promise<Aws> {
  const aws = await context.aws();
  return isAccelerated ? accelerate(aws, bucket, context.env) : aws;
}

interface FlowFlags {
  parallel: number;
  bandwidthLimit: number | undefined;
  noClobber: boolean;
}

function optionsFor(
  context: Context,
  aws: Aws,
  to: string,
  { parallel, bandwidthLimit, noClobber }: FlowFlags,
): UploadDirectoryOptions {
  return {
    flow: createFlowControl({ parallel, bytesPerSecond: bandwidthLimit }),
    signal: context.signal,
    ifNoneMatch: noClobber,
    journal: openUploadJournal(uploadJournalDirectory(context.env), aws.endpointUrl),
    onProgress: showProgress(context.report, to),
  };
}
