import type { DataPath } from "./job.ts";
import type { ZoneTrace } from "./spot-trace.ts";

/** Jobs that want the same instances. Lists have one entry for each job; times are ms since the trace's start. */
export interface Fleet {
  arrivalMs: Float64Array;
  workMs: Float64Array;
  /** Point in time; Infinity for none. */
  deadlineMs: Float64Array;
  /** Instances, all in one zone. */
  gang: Int32Array;
  /** The larger goes first; of equals, the one that arrived first. */
  priority: Int32Array;
}

/** What the jobs of a fleet do about their deadlines. */
export const fleetPolicyNames = ["spot-only", "on-demand", "greedy", "uniform-progress"] as const;
export type FleetPolicyName = (typeof fleetPolicyNames)[number];

export interface Pool {
  /** Those in which the jobs may run. */
  zones: readonly ZoneTrace[];
  /** On all counts of the zones: a probe that counts to 1 says nothing of how many there are. */
  depth: number;
  /** Instances that the account may run at once on spot; Infinity for no limit. */
  quota: number;
  policy: FleetPolicyName;
  load: PoolLoad;
  spotUsdPerHour: number;
  onDemandUsdPerHour: number;
  /** An interruption by EC2 in the first hour is free. */
  firstHourFree: boolean;
  horizonMs: number;
  seed: number;
}

/** From a request to training, for each job. */
export interface PoolLoad {
  /** Where the data is at hand, and where it is not. */
  warmMs: number;
  coldMs: number;
  cache: DataPath["cache"];
  /** Indices of the pool's zones that hold the data. */
  held: readonly number[];
  /** What a region makes of volumes at once bounds the loads where the data is not at hand; undefined: no limit. */
  restore: RestoreLimit | undefined;
}

interface RestoreLimit {
  /** Volumes; every instance needs one, and a gang must fit. */
  atOnce: number;
  /** How long one takes, during which a job may train already. */
  holdMs: number;
  /** From a request until it is asked for. */
  bootMs: number;
}

/** What each job came to; work is never lost, only time. */
export interface FleetOutcome {
  /** When it was done; Infinity if it was not by the horizon. */
  doneMs: Float64Array;
  /** Of instances. */
  costUsd: Float64Array;
  preemptions: Int32Array;
  launches: Int32Array;
  /** Of the launches, those that did not find the data at hand. */
  coldLaunches: Int32Array;
  /** On instances, and of that on demand. */
  ranMs: Float64Array;
  onDemandMs: Float64Array;
  /** On instances, for a volume that the region may not make yet. */
  restoreWaitMs: Float64Array;
  events: number;
}

export const emptyFleetOutcome = (jobs: number): FleetOutcome => ({
  doneMs: new Float64Array(jobs).fill(Infinity),
  costUsd: new Float64Array(jobs),
  preemptions: new Int32Array(jobs),
  launches: new Int32Array(jobs),
  coldLaunches: new Int32Array(jobs),
  ranMs: new Float64Array(jobs),
  onDemandMs: new Float64Array(jobs),
  restoreWaitMs: new Float64Array(jobs),
  events: 0,
});
