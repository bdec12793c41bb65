import type { Ec2Summary } from "./ec2/summary.ts";
import type { Fault } from "./faults.ts";

/** What a running local cloud says about itself. */
export interface CloudStatus extends Ec2Summary {
  endpoint: string;
  region: string;
  accountId: string;
  backend: "kernel" | "null";
  pid: number;
  startedAt: string;
  /** How many there are of each kind, such as `instances` or `objects`. */
  counts: Readonly<Record<string, number>>;
  faults: readonly Fault[];
}
