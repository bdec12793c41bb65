import type { Aws } from "../../../aws/connect.ts";
import { listObjects } from "../../../aws/s3-objects.ts";
import { type DryRun, dryRun } from "../../dry-run.ts";
import { bytesText } from "./transfer-outcome.ts";

interface Sized {
  sizeBytes: number;
}

/** What a download would do at most: what is there already is found only by comparing. */
export async function describeDownload(
  aws: Aws,
  source: { bucket: string; prefix: string },
  to: string,
  signal: AbortSignal,
): Promise<DryRun> {
  const from = `s3://${source.bucket}/${source.prefix}`;
  return describe("download", from, to, await total(listObjects(aws, source, signal)));
}

/** One object whose size is known. */
export function describeOne(verb: string, from: string, to: string, sizeBytes: number): DryRun {
  return describe(verb, from, to, { count: 1, sizeBytes });
}

function describe(verb: string, from: string, to: string, { count, sizeBytes }: Total): DryRun {
  const what = `${count} object${count === 1 ? "" : "s"} (${bytesText(sizeBytes)})`;
  return dryRun([`${verb} ${what} from ${from} to ${to}, but for those that are there already`]);
}

interface Total extends Sized {
  count: number;
}

async function total(items: AsyncIterable<Sized>): Promise<Total> {
  const sum = { count: 0, sizeBytes: 0 };
  for await (const { sizeBytes } of items) {
    sum.count += 1;
    sum.sizeBytes += sizeBytes;
  }
  return sum;
}
