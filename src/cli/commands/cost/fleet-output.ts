import { RunctlError } from "../../../errors.ts";
import type { Experiment } from "../../../simulation/experiment.ts";
import { type FleetSummary, simulateFleet } from "../../../simulation/simulate-fleet.ts";
import { type FleetPolicyName, fleetPolicyNames } from "../../../simulation/fleet.ts";
import type { DataPath } from "../../../simulation/job.ts";
import type { SimulateInput } from "./simulate-input.ts";

/** A fleet with the pool that there is, and what it would be if there were enough for all. */
export interface FleetOutput {
  jobs: number;
  poolDepth: number;
  /** Where the depth comes from. */
  poolDepthOrigin: string;
  quota: number | null;
  policy: FleetPolicyName;
  /** Of the first case: how the data comes to the jobs. */
  plan: string;
  /** Volumes that the region makes of snapshots or other volumes at once; null where the plan needs none. */
  restoresAtOnce: number | null;
  shared: FleetSummary;
  /** An upper bound only: no pool is that deep. */
  unlimited: FleetSummary;
}

/** As deep as any public record has looked. */
const probedDepth = 16;

/** Of a fleet, which lives through its time in one piece: about 20 seconds. */
const mostJobs = 100_000;

/** @throws RunctlError USAGE for flags of a fleet without one */
export function fleetOutput(input: SimulateInput, experiment: Experiment): FleetOutput | null {
  const { fleet: jobs, poolDepth, quota, arrivals } = input;
  if (jobs === undefined || jobs === 0) {
    if (poolDepth ?? quota ?? arrivals)
      throw new RunctlError("USAGE", "there is no fleet", {
        hint: "give --fleet, such as --fleet 100",
      });
    return null;
  }
  if (jobs > mostJobs)
    throw new RunctlError("USAGE", `a fleet of ${jobs} is more than can be waited for`, {
      hint: `give at most ${mostJobs}`,
    });
  const { source } = experiment;
  const isCount = source.kind !== "synthetic" && source.trace.kind === "count";
  const depth = poolDepth ?? (isCount ? 1 : probedDepth);
  const { path } = experiment.cases[0]!;
  requireHome(path, experiment);
  const policy = fleetPolicy(experiment);
  const spec = {
    jobs,
    policy,
    quota: quota ?? Infinity,
    arrivalsMs: Math.round(arrivals ?? 0),
    hasRestoreLimit: true,
  };
  const defaultOrigin = isCount
    ? "as it stands"
    : "assumed: as deep as public records have looked; --pool-depth";
  return {
    jobs,
    poolDepth: depth,
    poolDepthOrigin: poolDepth === undefined ? defaultOrigin : "--pool-depth",
    quota: quota ?? null,
    policy,
    plan: path.name,
    restoresAtOnce: path.restore?.atOnce ?? null,
    shared: simulateFleet(experiment, { ...spec, depth }),
    unlimited: simulateFleet(experiment, {
      ...spec,
      quota: Infinity,
      hasRestoreLimit: false,
      depth: jobs * experiment.job.gang,
    }),
  };
}

/** A fleet's data is in the same zones for all of its jobs: they have to be named. */
function requireHome({ cache, copies, name }: DataPath, { homes }: Experiment): void {
  if (cache !== "held" || homes !== "random") return;
  throw new RunctlError("USAGE", `it is not told in which zones a fleet has its data: ${name}`, {
    hint: `give --home ${copies > 1 ? `${copies} times` : "ZONE"}, or another --plan first`,
  });
}

/** Of the first case. */
function fleetPolicy({ cases }: Experiment): FleetPolicyName {
  const { deadline } = cases[0]!.strategy;
  const policy = fleetPolicyNames.find((name) => name === deadline);
  if (policy) return policy;
  throw new RunctlError("USAGE", `no fleet follows ${deadline}`, {
    hint: `give one of ${fleetPolicyNames.join(", ")} as the first --policy`,
  });
}
