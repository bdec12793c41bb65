import type { Estimate } from "./estimate.ts";
import { isExact } from "./estimate.ts";
import type { Situation } from "./situation.ts";

/** The numbers of a situation that can be open; the rest is known or told. */
type OpenNumber =
  | "instanceUsdPerHour"
  | "lazyBytesPerSecond"
  | "lockedWaitHours"
  | "objectsPerSecond"
  | "restartsPerMonth"
  | "s3BytesPerSecond";

/** A job as far as it is known: the likely situation, and how far some of its numbers may be off. */
export interface Workload {
  likely: Situation;
  open: Partial<Readonly<Record<OpenNumber, Estimate>>>;
}

/** The likely situation first, then every combination of the open numbers' ends. */
export function corners({ likely, open }: Workload): Situation[] {
  let ends: Situation[] = [likely];
  for (const [key, estimate] of Object.entries(open)) {
    if (isExact(estimate)) continue;
    ends = ends.flatMap((one) => [
      { ...one, [key]: estimate.low },
      { ...one, [key]: estimate.high },
    ]);
  }
  return [likely, ...ends];
}
