import { type DryRun, dryRun } from "../../dry-run.ts";
import { bytesText } from "./transfer-outcome.ts";

/** One object whose size is known. */
export function describeOne(verb: string, from: string, to: string, sizeBytes: number): DryRun {
  const what = `1 object (${bytesText(sizeBytes)})`;
  return dryRun([`${verb} ${what} from ${from} to ${to}, but for those that are there already`]);
}
