import { RunctlError } from "../../../errors.ts";
import { launchDefaults } from "../../../instances/launch-request.ts";
import type { Case, CheckpointPolicy, Experiment } from "../../../simulation/experiment.ts";
import type { PlatformRules } from "../../../simulation/job.ts";
import { dayMs, hourMs } from "../../../simulation/spot-trace.ts";
import { tooLate } from "./quantities.ts";
import { type SimulatedMarket, simulatedMarket } from "./simulated-market.ts";
import { launchMsOf, simulatedPaths } from "./simulated-paths.ts";
import { defaultSaveMs, jobAssumptions } from "./job-assumptions.ts";
import type { Assumed, SimulateInput } from "./simulate-input.ts";
import type { CheckpointWord } from "./simulate-parsers.ts";

export interface BuiltExperiment {
  experiment: Experiment;
  zones: readonly string[];
  assumed: Assumed[];
}

const defaultWorkMs = 48 * hourMs;
/** "Spot Instance interruption notices", EC2 user guide: two minutes, best effort. */
const noticeMs = 120_000;
const defaultNoticeSuccess = 0.9;
/** A job that waits longer counts as never done. */
const patience = 20;
const mostCases = 40;

/** @throws RunctlError USAGE for what does not fit together. */
export async function buildExperiment(
  input: SimulateInput,
  defaults: { region: string | undefined; instanceType: string | undefined },
): Promise<BuiltExperiment> {
  const region = defaults.region ?? "us-east-1";
  const instanceType = input.instanceType ?? defaults.instanceType ?? launchDefaults.instanceType;
  const market = await simulatedMarket(input, { region, instanceType });
  const { work: workMs = defaultWorkMs, deadline: deadlineMs = Infinity } = input;
  requireAtMostAYear({ work: workMs, deadline: input.deadline, arrivals: input.arrivals });
  if (deadlineMs < workMs)
    throw new RunctlError("USAGE", tooLate(workMs, deadlineMs), {
      hint: "give a longer --deadline, or less --work",
    });
  const { paths, assumed } = simulatedPaths(input, {
    region,
    instanceType,
    zones: market.zones.length,
    usdPerHour: market.terms.spotUsdPerHour ?? market.terms.onDemandUsdPerHour,
  });
  const { source } = market;
  if (source.kind === "trace" && (input.start ?? 0) >= source.trace.lengthMs)
    throw new RunctlError("USAGE", "--start lies after the end of the trace", {
      hint: `it is ${Math.floor(source.trace.lengthMs / hourMs)} h long`,
    });
  const rules = input.asPapers ? paperRules(input, market) : awsRules(input, workMs, deadlineMs);
  const cases = casesOf(input, paths, deadlineMs);
  const isMeasured = market.source.kind === "trace";
  const experiment: Experiment = {
    source: market.source,
    terms: market.terms,
    job: {
      workMs: Math.round(workMs),
      deadlineMs: roundFinite(deadlineMs),
      gang: market.terms.gang,
    },
    rules,
    cases,
    homes: homesOf(input, market),
    replicas: input.start === undefined ? (input.replicas ?? (isMeasured ? 1 : 100)) : 1,
    jobs: input.start === undefined ? (input.jobs ?? (isMeasured ? 600 : 20)) : 1,
    startMs: input.start === undefined ? undefined : Math.round(input.start),
    seed: input.seed ?? 1,
  };
  requireRoom(experiment);
  return {
    experiment,
    zones: market.zones,
    assumed: [...market.assumed, ...assumed, ...jobAssumptions(input, experiment)],
  };
}

function requireAtMostAYear(times: Readonly<Record<string, number | undefined>>): void {
  for (const [flag, ms = 0] of Object.entries(times))
    if (ms > 365 * dayMs)
      throw new RunctlError("USAGE", `--${flag} is longer than a year`, {
        hint: "simulate a part of it",
      });
}

/** Of simulated jobs: their outcomes are held in memory, 100 bytes each. */
const mostJobs = 5e6;

function requireRoom({ jobs, replicas, cases }: Experiment): void {
  const all = jobs * replicas * cases.length;
  if (all > mostJobs)
    throw new RunctlError("USAGE", `${all} simulated jobs are more than fit`, {
      hint: `give fewer --jobs or --replicas: ${mostJobs} over all ${cases.length} cases at most`,
    });
}

const roundFinite = (ms: number) => (ms === Infinity ? ms : Math.round(ms));

function homesOf({ home }: SimulateInput, { zones }: SimulatedMarket): Experiment["homes"] {
  if (home.length === 0) return zones.length === 1 ? [0] : "random";
  const unknown = home.find((zone) => !zones.includes(zone));
  if (unknown === undefined) return home.map((zone) => zones.indexOf(zone));
  throw new RunctlError("USAGE", `there is no zone ${unknown}`, {
    hint: `there are ${zones.join(", ")}`,
  });
}

function awsRules(input: SimulateInput, workMs: number, deadlineMs: number): PlatformRules {
  return {
    launchMs: launchMsOf(input),
    observeMs: 0,
    // "Per-second billing, with a 60-second minimum", EC2 on-demand pricing.
    billingStepMs: 1_000,
    billingMinimumMs: 60_000,
    firstHourFree: true,
    noticeMs,
    noticeSuccess: input.noticeSuccess ?? defaultNoticeSuccess,
    onDemandAvailability: input.onDemandAvailability ?? 1,
    horizonMs: Math.round(
      Math.max(patience * workMs, 2 * (deadlineMs === Infinity ? 0 : deadlineMs), 30 * dayMs),
    ),
  };
}

function paperRules(input: SimulateInput, { tickMs }: SimulatedMarket): PlatformRules {
  if (tickMs === 0)
    throw new RunctlError(
      "USAGE",
      "--as-papers looks by the ticks of a trace, and none was given",
      {
        hint: "give --trace",
      },
    );
  return {
    launchMs: 0,
    observeMs: tickMs,
    billingStepMs: tickMs,
    billingMinimumMs: 0,
    firstHourFree: false,
    noticeMs: 0,
    noticeSuccess: 1,
    horizonMs: Math.round(patience * (input.deadline ?? input.work ?? defaultWorkMs)),
  };
}

/** Each path with each policy, placement and way to save. */
function casesOf(
  input: SimulateInput,
  paths: ReadonlyArray<Case["path"]>,
  deadlineMs: number,
): Case[] {
  const hasDeadline = deadlineMs !== Infinity;
  const policies = orElse(input.policy, [hasDeadline ? "uniform-progress" : "spot-only"] as const);
  const placements = orElse(input.placement, ["same-zone"] as const);
  const saves = orElse<CheckpointWord>(input.checkpoints, [input.asPapers ? "lossless" : "young"]);
  const wantsDeadline = policies.find((policy) => policy !== "spot-only" && policy !== "on-demand");
  if (!hasDeadline && wantsDeadline)
    throw new RunctlError("USAGE", `${wantsDeadline} needs a deadline`, {
      hint: "give --deadline",
    });
  const cases = paths.flatMap((path) =>
    policies.flatMap((deadline) =>
      placements.flatMap((placement) =>
        saves.map((save): Case => {
          const words = [
            path.name,
            policies.length > 1 ? deadline : "",
            placements.length > 1 ? placement : "",
            saves.length > 1 ? saveName(save) : "",
          ];
          const name = words.filter((word) => word !== "").join(", ");
          return {
            name,
            path,
            strategy: { deadline, placement },
            checkpoints: savePolicy(save, input),
          };
        }),
      ),
    ),
  );
  if (cases.length <= mostCases) return cases;
  throw new RunctlError("USAGE", `${cases.length} cases are too many to compare`, {
    hint: `give fewer of --plan, --policy, --placement and --checkpoints: at most ${mostCases}`,
  });
}

const orElse = <Value>(values: readonly Value[], preset: readonly Value[]) =>
  values.length > 0 ? values : preset;

const saveName = (word: CheckpointWord) =>
  typeof word === "number" ? `every ${word / 60_000} min` : word;

function savePolicy(
  word: CheckpointWord,
  { saveTime = defaultSaveMs }: SimulateInput,
): CheckpointPolicy {
  const stallMs = Math.round(saveTime);
  if (typeof word === "number") return { kind: "fixed", intervalMs: Math.round(word), stallMs };
  return word === "lossless" ? { kind: word } : { kind: word, stallMs };
}
