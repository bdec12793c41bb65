import type { Experiment } from "../../../simulation/experiment.ts";
import { hourMs } from "../../../simulation/spot-trace.ts";
import type { Assumed, SimulateInput } from "./simulate-input.ts";

/** 10 GB to a volume with the free 125 MiB/s. */
export const defaultSaveMs = 80_000;

/** What was told of the job, or assumed. */
export function jobAssumptions(input: SimulateInput, { job, rules, cases }: Experiment): Assumed[] {
  const lines = [
    told("work", hours(job.workMs), input.work, "--work"),
    told("deadline", hours(job.deadlineMs), input.deadline, "--deadline"),
  ];
  if (input.asPapers)
    return [...lines, { what: "rules", value: "of papers", origin: "--as-papers" }];
  const { saveTime = defaultSaveMs } = input;
  const policies = new Set(cases.map(({ strategy }) => strategy.deadline));
  const placements = new Set(cases.map(({ strategy }) => strategy.placement));
  const kinds = new Set(cases.map(({ checkpoints }) => checkpoints.kind));
  const seconds = `${saveTime / 1000} s`;
  const saves = cases.some(({ checkpoints }) => checkpoints.kind !== "lossless");
  return [
    ...lines,
    told("about its deadline", [...policies].join(" "), anyOf(input.policy), "--policy"),
    told("takes the zone", [...placements].join(" "), anyOf(input.placement), "--placement"),
    told("checkpoints", [...kinds].join(" "), anyOf(input.checkpoints), "--checkpoints"),
    ...(saves ? [told("a save takes", seconds, input.saveTime, "--save-time")] : []),
    told(
      "notices in time",
      `${rules.noticeSuccess * 100} %`,
      input.noticeSuccess,
      "--notice-success",
    ),
    told(
      "on demand to be had",
      `${(rules.onDemandAvailability ?? 1) * 100} %`,
      input.onDemandAvailability,
      "--on-demand-availability",
    ),
    {
      what: "billed",
      value: "by the second, 60 s at least",
      origin: "Amazon EC2 On-Demand Pricing, per-second billing",
    },
    {
      what: "notice",
      value: `${rules.noticeMs / 1000} s`,
      origin: "Spot Instance interruption notices, EC2 user guide",
    },
    {
      what: "interrupted in the first hour",
      value: "free",
      origin: "Billing for interrupted Spot Instances, EC2 user guide",
    },
  ];
}

const anyOf = (list: readonly unknown[]) => (list.length > 0 ? true : undefined);

const told = (what: string, value: string, given: unknown, flag: string): Assumed => ({
  what,
  value,
  origin: given === undefined ? `default; ${flag}` : flag,
});

const hours = (ms: number) => (ms === Infinity ? "none" : `${Number((ms / hourMs).toFixed(2))} h`);
