import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Aws } from "../../../aws/connect.ts";
import { headObject, listObjects } from "../../../aws/s3-objects.ts";
import { RunctlError } from "../../../errors.ts";
import { downloadObject } from "../../../transfer/download-object.ts";
import { downloadPrefix } from "../../../transfer/download-prefix.ts";
import { createSlots } from "../../../transfer/slots.ts";
import { createTally, interrupted } from "../../../transfer/transfer-result.ts";
import type { Context } from "../../context.ts";
import { defineCommand, optional, positional } from "../../define-command.ts";
import { type S3Location, s3Location, text } from "../../parsers.ts";
import { isDryRun, renderDryRun } from "../../dry-run.ts";
import { describeDownload, describeOne } from "./describe-transfer.ts";
import { parallelism } from "./parallelism.ts";
import {
  type TransferOutcome,
  outcomeExitCode,
  renderOutcome,
  showProgress,
} from "./transfer-outcome.ts";

export const download = defineCommand({
  summary: "Download objects from S3",
  examples: [
    "s3 download s3://bucket/data/ ./data/",
    "s3 download --parallel 32 s3://bucket/data/ ./data/",
    "s3 download s3://bucket/model.pt ./model.pt",
  ],
  details: [
    "Every file is compared with S3's checksum and appears only when it is complete.",
    "Run again after an interruption, it moves only what is missing; the notes for that stand",
    "in the directory as .runctl-journal. Keys that would leave the directory, collide or meet a",
    "symbolic link are refused and listed, and the exit code is 8.",
  ].join("\n"),
  flags: { parallel: optional(parallelism, "requests at once (default 10)", "N") },
  interruption: {
    goesOn: "what was downloaded stays",
    sameLineContinues: true,
  },
  positionals: {
    source: positional(s3Location, "s3://bucket/key, or a prefix that ends in a slash"),
    target: positional(text, "file or directory"),
  },
  notYet: ["useAcceleration"],
  async run({ source, target, parallel = 10 }, context) {
    const aws = await context.aws();
    const path = resolve(context.cwd, target);
    const object = await findObject(aws, source, context.signal);
    if (object && context.options.dryRun) {
      const from = `s3://${object.bucket}/${object.key}`;
      return describeOne("download", from, path, object.sizeBytes);
    }
    if (object) return downloadOne(aws, object, path, { parallel, context });
    const prefix = source.key === "" || source.key.endsWith("/") ? source.key : `${source.key}/`;
    const from = `s3://${source.bucket}/${prefix}`;
    requireNoFile(path, from);
    // Before a directory is made for nothing.
    if (await isEmpty(aws, source.bucket, prefix)) {
      throw new RunctlError("NOT_FOUND", `there is no object under ${from}`, {
        hint: `runctl s3 list s3://${source.bucket}/`,
      });
    }
    if (context.options.dryRun) {
      return describeDownload(aws, { bucket: source.bucket, prefix }, path, context.signal);
    }
    const result = await downloadPrefix(aws, { bucket: source.bucket, prefix }, path, {
      parallel,
      signal: context.signal,
      onProgress: showProgress(context.report, from),
    });
    return { from, to: path, ...result };
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : renderOutcome(result)),
  exitCode: (result) => (isDryRun(result) ? 0 : outcomeExitCode(result)),
});

interface NamedObject {
  bucket: string;
  key: string;
  etag: string;
  sizeBytes: number;
  lastModified: Date;
}

async function findObject(
  aws: Aws,
  { bucket, key }: S3Location,
  signal: AbortSignal,
): Promise<NamedObject | undefined> {
  if (key === "" || key.endsWith("/")) return undefined;
  const head = await headObject(aws, { bucket, key }, signal);
  return head && { bucket, key, ...head };
}

async function downloadOne(
  aws: Aws,
  object: NamedObject,
  target: string,
  { parallel, context }: { parallel: number; context: Context },
): Promise<TransferOutcome> {
  const from = `s3://${object.bucket}/${object.key}`;
  const isDirectory = statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const to = isDirectory ? join(target, basename(object.key)) : target;
  const tally = createTally(showProgress(context.report, from));
  try {
    const done = await downloadObject(aws, object, to, {
      signal: context.signal,
      slots: createSlots(parallel),
      onBytes: tally.progress,
    });
    tally.move(done.sizeBytes, done.movedBytes);
  } catch (error) {
    throw context.signal.aborted ? interrupted(error) : error;
  }
  return { from, to, ...tally.result() };
}

async function isEmpty(aws: Aws, bucket: string, prefix: string): Promise<boolean> {
  const first = await listObjects(aws, { bucket, prefix }).next();
  return first.done === true;
}

function requireNoFile(path: string, from: string): void {
  if (!(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true)) {
    throw new RunctlError("USAGE", `${path} is a file, and ${from} needs a directory`);
  }
}
