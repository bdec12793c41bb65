import type { Fault } from "./faults.ts";

/** What a running local cloud says about itself. */
export interface CloudStatus {
  endpoint: string;
  region: string;
  accountId: string;
  backend: "kernel" | "null";
  pid: number;
  startedAt: string;
  /** How many things of each kind EC2 holds, such as `instances`. */
  counts: Readonly<Record<string, number>>;
  faults: readonly Fault[];
}
