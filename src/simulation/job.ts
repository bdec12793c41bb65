import type { Checkpointing } from "./checkpointing.ts";
import type { Market } from "./market.ts";
import type { ResidualLife } from "./residual-life.ts";

/** What is to be done: one job, a gang of equal instances that works as one. */
export interface Job {
  /** Of undisturbed training at full speed. */
  workMs: number;
  /** After the start; Infinity for none. */
  deadlineMs: number;
  gang: number;
}

/** How a storage plan brings the data to an instance. Nothing here depends on the market. */
export interface DataPath {
  name: string;
  /** `held`: the job is bound to the zones that hold the data. `all`: it can follow capacity. */
  zones: "held" | "all";
  /** Where the data is at hand: nowhere, in the zones that hold it, where the job ran last. */
  cache: "none" | "held" | "last";
  /** Zones that hold the data, the home zone among them; more than there are: all. */
  copies: number;
  /** From launch to training where the data is at hand, and where it is not. */
  warmMs: number;
  coldMs: number;
  /** Share of full speed that the disk feeds. */
  speed: number;
  /** Requests, initialization: for each launch that does not find the data at hand. */
  feePerLoadUsd: number;
  /** Volumes and snapshots, as long as the job lasts. */
  fixedUsdPerHour: number;
  /** What AWS makes of volumes at once, for jobs that load side by side; undefined: the load needs none. */
  restore?: VolumeRestore;
}

/** A volume that is made for each load, one for each instance. */
export interface VolumeRestore {
  /** Of those that are made at one time. */
  atOnce: number;
  /** How long one takes, during which a job may train already. */
  ms: number;
  /** From a running machine until it is asked for. */
  afterMs: number;
}

/** How jobs answer to the market. */
export interface Strategy {
  deadline: DeadlinePolicyName;
  placement: PlacementName;
}

export const deadlinePolicyNames = [
  "spot-only",
  "on-demand",
  "greedy",
  "uniform-progress",
  "uniform-progress-oracle",
  "value-of-progress",
] as const;
export type DeadlinePolicyName = (typeof deadlinePolicyNames)[number];

export const placementNames = [
  "same-zone",
  "cheapest",
  "longest-life",
  "most-available",
  "hindsight",
] as const;
export type PlacementName = (typeof placementNames)[number];

/** How the platform behaves. */
export interface PlatformRules {
  /** From a request to a running instance; not billed. */
  launchMs: number;
  /** The job looks at the market every so often, from its start on; 0: it sees every change at once. */
  observeMs: number;
  /** Billed time is rounded up to this. */
  billingStepMs: number;
  /** Least billed time of an instance. */
  billingMinimumMs: number;
  /** An interruption by EC2 in the first hour is free ("Billing for interrupted Spot Instances", EC2 user guide). */
  firstHourFree: boolean;
  /** Warning before an interruption; 0 where nobody listens. */
  noticeMs: number;
  /** How often a warning comes in time and the save ends before the instance does. */
  noticeSuccess: number;
  /** How often on-demand machines are to be had when they are asked for, 15 minutes by 15 minutes; 1 if left out. */
  onDemandAvailability?: number;
  /** A job that is not done by then counts as unfinished. */
  horizonMs: number;
}

/** All that a simulated job depends on besides its start and its random numbers. */
export interface Setup {
  market: Market;
  /** Indices of the zones that hold the data, the home zone first. */
  held: readonly number[];
  job: Job;
  path: DataPath;
  checkpointing: Checkpointing;
  strategy: Strategy;
  rules: PlatformRules;
  residualLife: ResidualLife;
  /** Whether on-demand machines are to be had in the n-th 15 minutes of the trace; undefined: always. */
  hasOnDemand?: (slot: number) => boolean;
}

export const onDemandSlotMs = 900_000;

/** Where a job is: in the zone of that index, or one of these. */
export const waiting = -1;
export const onDemand = -2;

/** What one job came to. Money is for the whole gang. */
export interface JobOutcome {
  costUsd: number;
  makespanMs: number;
  /** 1 if it was not done by its deadline, or not at all. */
  missed: number;
  lostWorkMs: number;
  /** From launch to training, summed. */
  loadingMs: number;
  /** Neither billed nor free: waiting for capacity and for instances to start. */
  waitingMs: number;
  billedMs: number;
  freeMs: number;
  onDemandMs: number;
  launches: number;
  preemptions: number;
  zoneMoves: number;
}

/** An outcome of a job that has not begun. Spelled out: an object that engines lay out once is faster to add to. */
export const emptyOutcome = (): JobOutcome => ({
  costUsd: 0,
  makespanMs: 0,
  missed: 0,
  lostWorkMs: 0,
  loadingMs: 0,
  waitingMs: 0,
  billedMs: 0,
  freeMs: 0,
  onDemandMs: 0,
  launches: 0,
  preemptions: 0,
  zoneMoves: 0,
});

export const outcomeFields = Object.keys(emptyOutcome()) as ReadonlyArray<keyof JobOutcome>;

const nothing = emptyOutcome();

export function clearOutcome(outcome: JobOutcome): void {
  Object.assign(outcome, nothing);
}

/** A piece of a job's life, for drawings. */
export interface Interval {
  kind: "waiting" | "loading" | "training" | "lost";
  /** Zone index, or `waiting`, or `onDemand`. */
  place: number;
  fromMs: number;
  toMs: number;
}
