import { RunctlError } from "../../../errors.ts";
import type { Experiment } from "../../../simulation/experiment.ts";
import { type FleetSummary, simulateFleet } from "../../../simulation/simulate-fleet.ts";
import type { SimulateInput } from "./simulate-input.ts";

/** A fleet with the pool that there is, and what it would be if there were enough for all. */
export interface FleetOutput {
  jobs: number;
  poolDepth: number;
  /** Where the depth comes from. */
  poolDepthOrigin: string;
  quota: number | null;
  shared: FleetSummary;
  /** An upper bound only: no pool is that deep. */
  unlimited: FleetSummary;
}

/** As deep as any public record has looked. */
const probedDepth = 16;

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
  const { source } = experiment;
  const isCount = source.kind !== "synthetic" && source.trace.kind === "count";
  const depth = poolDepth ?? (isCount ? 1 : probedDepth);
  const spec = { jobs, quota: quota ?? Infinity, arrivalsMs: Math.round(arrivals ?? 0) };
  const defaultOrigin = isCount
    ? "as it stands"
    : "assumed: as deep as public records have looked; --pool-depth";
  return {
    jobs,
    poolDepth: depth,
    poolDepthOrigin: poolDepth === undefined ? defaultOrigin : "--pool-depth",
    quota: quota ?? null,
    shared: simulateFleet(experiment, { ...spec, depth }),
    unlimited: simulateFleet(experiment, {
      ...spec,
      quota: Infinity,
      depth: jobs * experiment.job.gang,
    }),
  };
}
