import type { WeighedType } from "../../../cost/volume-speed.ts";
import { RunctlError } from "../../../errors.ts";
import { volumeTypeLimits } from "../../../facts/ebs-limits.ts";
import { regions } from "../../../facts/regions.ts";
import { io2Throughput } from "../../../facts/restore-limits.ts";
import type { AdviseInput } from "./advise-input.ts";

/** Hours of the longest month. */
const mostHours = 31 * 24;

/** @throws RunctlError USAGE for what can be of no job and no volume in `region` */
export function requirePossible(input: AdviseInput, region: string): void {
  const { hours = 0, throughput, volumeType = "gp3", zones = 1 } = input;
  if (hours > mostHours)
    throw refused(`--hours ${hours} are more than a month has`, `at most ${mostHours}`);
  if (throughput !== undefined) requireThroughput(throughput, volumeType);
  const known = Object.keys(regions[region]?.zones ?? {}).length;
  if (known > 0 && zones > known)
    throw refused(`--zones ${zones} are more than ${region} has`, `at most ${known}`);
}

/** What io2 carries follows from its operations; both are chosen by throughput here. */
function requireThroughput(miBps: number, volumeType: WeighedType): void {
  const { default: least, max } = volumeTypeLimits.gp3.throughputMiBps;
  const most = { gp3: max, io2: io2Throughput.maxMiBps, st1: 0, sc1: 0 }[volumeType];
  if (most === 0)
    throw refused(`--throughput cannot be chosen for ${volumeType}`, "its size decides");
  if (miBps < least || miBps > most)
    throw refused(
      `--throughput ${miBps} is not one of ${volumeType}`,
      `it has ${least} to ${most} MiB/s`,
    );
}

const refused = (message: string, hint: string) => new RunctlError("USAGE", message, { hint });
