import { percent, range, signed } from "../../../report/figures.ts";
import type { CaseSummary } from "../../../simulation/summarize.ts";
import type { FleetSummary } from "../../../simulation/simulate-fleet.ts";
import { table } from "../../table.ts";
import { breakEvenLines } from "./describe-break-even.ts";
import type { FleetOutput } from "./fleet-output.ts";
import type { SimulationOutput } from "./simulation-output.ts";

/** The answer as a person reads it: cases, differences, and what all of it rests on. */
export function describeSimulation(output: SimulationOutput): string {
  const { cases, assumptions, lowerBound, sensitivity, jobs, effectiveSamples } = output;
  const parts = [
    table(
      [
        "CASE",
        "USD A JOB",
        "P90",
        "HOURS",
        "P90",
        "LATE",
        "LOST h",
        "LOADS h",
        "WAITS h",
        "STARTS",
        "ON DEMAND",
      ],
      cases.map(row),
    ),
    ...(cases.length > 1
      ? [
          `Against ${cases[0]?.name}:\n${indent(table(["CASE", "USD", "HOURS"], cases.slice(1).map(differenceRow)))}`,
        ]
      : []),
    basis(jobs, effectiveSamples),
    ...(lowerBound
      ? [
          `Nobody keeps the deadline below ${lowerBound.costUsd.toFixed(2)} USD, who knew the future (bound over ${lowerBound.jobs} jobs).`,
        ]
      : []),
    ...(sensitivity
      ? [
          `What the first case hangs on:\n${indent(
            table(
              ["NUMBER", "FROM", "TO", "USD A JOB"],
              sensitivity.map(({ what, range: ends, costUsd }) => [
                what,
                ...ends,
                `${costUsd[0].toFixed(2)} to ${costUsd[1].toFixed(2)}`,
              ]),
            ),
          )}`,
        ]
      : []),
    ...(output.breakEven ? [breakEvenLines(output.breakEven)] : []),
    ...(output.fleet ? [fleet(output.fleet)] : []),
    `Rests on:\n${indent(
      table(
        ["WHAT", "VALUE", "FROM"],
        assumptions.map(({ what, value, origin }) => [what, value, origin]),
      ),
    )}`,
    ...(output.report === null ? [] : [`Drawings: ${output.report}`]),
  ];
  return parts.join("\n\n");
}

function row(one: CaseSummary): string[] {
  const { costUsd, makespanHours } = one;
  return [
    one.name,
    `${costUsd.mean.toFixed(2)}${range(costUsd.interval)}`,
    costUsd.p90.toFixed(2),
    `${makespanHours.mean.toFixed(1)}${range(makespanHours.interval, 1)}`,
    makespanHours.p90.toFixed(1),
    percent(one.missRate),
    one.lostWorkHours.toFixed(2),
    one.loadingHours.toFixed(2),
    one.waitingHours.toFixed(1),
    one.launches.toFixed(1),
    percent(one.onDemandShare),
  ];
}

function differenceRow({ name, differenceUsd, differenceHours }: CaseSummary): string[] {
  return [name, signed(differenceUsd, 2), signed(differenceHours, 1)];
}

function basis(jobs: number, effectiveSamples: number): string {
  if (effectiveSamples < 2)
    return "One piece of the market: what comes out says nothing of other times, and has no interval.";
  return (
    `${jobs} jobs in ${effectiveSamples} independent pieces of the market; [ ] is a 95 % interval over these pieces, ` +
    "paired for differences. Equal: it contains 0."
  );
}

function fleet(output: FleetOutput): string {
  const { jobs, policy, plan, poolDepth, poolDepthOrigin, restoresAtOnce } = output;
  const heads = ["POOL", "USD A JOB", "HOURS", "P90", "DONE", "LATE", "INTERRUPTED", "ON DEMAND"];
  const hasLimit = restoresAtOnce !== null;
  if (hasLimit) heads.push("FOR VOLUMES h");
  const rows = [
    fleetRow("shared", output.shared, hasLimit),
    fleetRow("enough for all (a bound)", output.unlimited, hasLimit),
  ];
  const depth = `${poolDepth} times what the trace counts, ${poolDepthOrigin}`;
  const limit = hasLimit ? `; ${restoresAtOnce} volumes are made at once` : "";
  return `${jobs} such jobs in one pool (${plan}, ${policy}; ${depth}${limit}):\n${indent(table(heads, rows))}`;
}

function fleetRow(name: string, one: FleetSummary, hasLimit: boolean): string[] {
  return [
    name,
    one.costUsd.mean.toFixed(2),
    one.makespanHours.mean.toFixed(1),
    one.makespanHours.p90.toFixed(1),
    percent(one.doneShare),
    percent(one.lateShare),
    one.preemptions.toFixed(1),
    percent(one.onDemandShare),
    ...(hasLimit ? [one.restoreWaitHours.toFixed(2)] : []),
  ];
}

const indent = (text: string) =>
  text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
