import { type Stats, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Aws } from "../../../aws/connect.ts";
import { RunctlError } from "../../../errors.ts";
import { createFlowControl } from "../../../transfer/flow-control.ts";
import { createTally, interrupted } from "../../../transfer/transfer-result.ts";
import { uploadDirectory } from "../../../transfer/upload-directory.ts";
import { uploadFile } from "../../../transfer/upload-file.ts";
import type { Context } from "../../context.ts";
import { defineCommand, optional, positional } from "../../define-command.ts";
import { s3Location, text } from "../../parsers.ts";
import { isDryRun, renderDryRun } from "../../dry-run.ts";
import { describeOne, describeUpload } from "./describe-transfer.ts";
import { parallelism } from "./parallelism.ts";
import {
  type TransferOutcome,
  outcomeExitCode,
  renderOutcome,
  showProgress,
} from "./transfer-outcome.ts";

export const upload = defineCommand({
  summary: "Upload a file or a directory to S3",
  examples: [
    "s3 upload ./data/ s3://bucket/data/",
    "s3 upload --parallel 32 ./data/ s3://bucket/data/",
    "s3 upload ./model.pt s3://bucket/model.pt",
  ],
  details: [
    "S3 checks every request's CRC32. Files that S3 has already, byte for byte, are skipped; a large",
    "file goes on where an interrupted upload ended. Symbolic links and special files are refused and",
    "listed (exit code 8); empty directories have no object.",
  ].join("\n"),
  flags: { parallel: optional(parallelism, "requests at once (default 10)", "N") },
  interruption: {
    goesOn: "what was uploaded stays",
    sameLineContinues: true,
  },
  positionals: {
    source: positional(text, "file or directory"),
    target: positional(s3Location, "s3://bucket/key, or a prefix that ends in a slash"),
  },
  notYet: ["compress", "useAcceleration"],
  async run({ source, target, parallel = 10 }, context) {
    const path = resolve(context.cwd, source);
    const found = requirePath(path);
    const aws = await context.aws();
    if (found.isFile()) {
      const isPrefix = target.key === "" || target.key.endsWith("/");
      const key = isPrefix ? target.key + basename(path) : target.key;
      if (context.options.dryRun) {
        return describeOne("upload", path, `s3://${target.bucket}/${key}`, found.size);
      }
      return uploadOne(aws, path, { bucket: target.bucket, key }, { parallel, context });
    }
    const prefix = target.key === "" || target.key.endsWith("/") ? target.key : `${target.key}/`;
    const to = `s3://${target.bucket}/${prefix}`;
    if (context.options.dryRun) return describeUpload(path, to);
    const result = await uploadDirectory(
      aws,
      path,
      { bucket: target.bucket, prefix },
      {
        parallel,
        signal: context.signal,
        onProgress: showProgress(context.report, to),
      },
    );
    return { from: path, to, ...result };
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : renderOutcome(result)),
  exitCode: (result) => (isDryRun(result) ? 0 : outcomeExitCode(result)),
});

function requirePath(path: string): Stats {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new RunctlError("NOT_FOUND", `${path} does not exist`);
  if (found.isFile() || found.isDirectory()) return found;
  throw new RunctlError("USAGE", `${path} is neither a file nor a directory`);
}

async function uploadOne(
  aws: Aws,
  path: string,
  target: { bucket: string; key: string },
  { parallel, context }: { parallel: number; context: Context },
): Promise<TransferOutcome> {
  const to = `s3://${target.bucket}/${target.key}`;
  const tally = createTally(showProgress(context.report, to));
  try {
    const sent = await uploadFile(aws, path, target, {
      signal: context.signal,
      flow: createFlowControl({ parallel }),
      onBytes: tally.progress,
    });
    tally.move(sent.sizeBytes, sent.movedBytes);
  } catch (error) {
    throw context.signal.aborted ? interrupted(error) : error;
  }
  return { from: path, to, ...tally.result() };
}
