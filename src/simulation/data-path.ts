import { bytesPerMiB, hoursPerMonthOfStorage, type Situation } from "../cost/situation.ts";
import type { PlanCost } from "../cost/monthly-cost.ts";
import type { PlanId, StoragePlan } from "../cost/storage-plan.ts";
import type { DataPath, VolumeRestore } from "./job.ts";
import { hourMs } from "./spot-trace.ts";
import { cloneMiBps, clonesAtOnce, regionInitializationMiBps } from "../facts/restore-limits.ts";
import { initializationRateFor } from "../cost/initialization-rate.ts";

/** What `dataPaths` needs beside the plans. */
export interface DataPathInput {
  plans: readonly StoragePlan[];
  situation: Situation;
  /** Zones with a volume, of the plans that have several. */
  copies: number;
  /** From a running machine to the first byte: boot and agent. */
  bootMs: number;
}

/** A storage plan as it can be simulated, or why not. */
export interface SimulatedPlan {
  id: PlanId;
  path: DataPath | undefined;
  why: string | undefined;
}

/**
 * The storage plans of the advisor as ways to bring data to a job that moves: the same loads, fees and volumes, but
 * whether a load is needed, and how long the job waits, comes out of the simulation.
 */
export function dataPaths(input: DataPathInput): SimulatedPlan[] {
  // A whole month of running: what is paid by the hour of a machine then has the same divisor as what stands.
  const { copies } = input;
  const situation = { ...input.situation, hoursPerMonth: hoursPerMonthOfStorage };
  const costs = new Map(
    input.plans
      .filter(({ impossible, undecided }) => !impossible && !undecided)
      .map((plan) => [plan.id, plan.cost(situation)]),
  );
  return input.plans.map(({ id, title, impossible, undecided }) => {
    const why = impossible ?? undecided;
    const parts = why === undefined ? partsOf(id, costs, copies, situation) : undefined;
    if (!parts) return { id, path: undefined, why: why ?? "it rests on a plan that is impossible" };
    const floor = costs.get(id)?.unpriced.length ? " (a floor: something has no price)" : "";
    return {
      id,
      why: undefined,
      path: {
        name: `${title}${floor}`,
        zones: parts.zones,
        cache: parts.cache,
        copies: parts.copies ?? 1,
        warmMs: Math.round(input.bootMs + parts.warmHours * hourMs),
        coldMs: Math.round(input.bootMs + parts.coldHours * hourMs),
        speed: speedOf(parts.cost, situation),
        feePerLoadUsd: parts.cost.restartFeeUsd,
        fixedUsdPerHour: standingUsdPerHour(parts.cost, situation),
        ...(parts.restore
          ? {
              restore: {
                ...parts.restore,
                afterMs: Math.round(input.bootMs + situation.attachHours * hourMs),
              },
            }
          : {}),
      },
    };
  });
}

interface Parts {
  zones: DataPath["zones"];
  cache: DataPath["cache"];
  /** Zones that hold the data, if not the home zone alone. */
  copies?: number;
  warmHours: number;
  coldHours: number;
  cost: PlanCost;
  restore?: Omit<VolumeRestore, "afterMs">;
}

function partsOf(
  id: PlanId,
  costs: ReadonlyMap<PlanId, PlanCost>,
  copies: number,
  situation: Situation,
): Parts | undefined {
  const cost = costs.get(id);
  if (!cost) return undefined;
  const warm = costs.get("ebs-one-zone");
  const warmHours = warm?.loadHours ?? cost.loadHours;
  const coldHours = cost.loadHours;
  switch (id) {
    case "ebs-one-zone":
      return { zones: "held", cache: "held", warmHours, coldHours, cost };
    case "ebs-zones":
      return { zones: "held", cache: "held", copies, warmHours, coldHours, cost };
    case "hybrid": {
      const copy = costs.get("s3-nvme") ?? costs.get("s3-gp3");
      return (
        warm &&
        copy && {
          zones: "all",
          cache: "held",
          copies,
          warmHours,
          coldHours: copy.loadHours,
          cost: { ...cost, restartFeeUsd: copy.restartFeeUsd },
        }
      );
    }
    case "clone":
      return {
        zones: "held",
        cache: "none",
        warmHours: coldHours,
        coldHours,
        cost,
        restore: volumesAtOnce(clonesAtOnce, cloneMiBps, situation),
      };
    case "snapshot-rate": {
      const rateMiBps = initializationRateFor(situation.nodes);
      const atOnce = Math.floor(regionInitializationMiBps / rateMiBps);
      return {
        zones: "all",
        cache: "last",
        warmHours,
        coldHours,
        cost,
        restore: volumesAtOnce(atOnce, rateMiBps, situation),
      };
    }
    case "snapshot-lazy":
    case "snapshot-fsr":
      // The volume that was restored stays where the job ran last.
      return { zones: "all", cache: "last", warmHours, coldHours, cost };
    case "s3-nvme":
    case "s3-gp3":
    case "s3-stream":
    case "s3-express":
    case "s3-files":
      return { zones: "all", cache: "none", warmHours: coldHours, coldHours, cost };
    default:
      return id satisfies never;
  }
}

function volumesAtOnce(atOnce: number, miBps: number, { datasetBytes }: Situation) {
  return { atOnce, ms: Math.ceil((datasetBytes / (miBps * bytesPerMiB)) * 1_000) };
}

/** Share of the time of a pass that is training. */
function speedOf({ stallHoursPerPass }: PlanCost, situation: Situation): number {
  const { datasetBytes, ingestBytesPerSecond } = situation;
  if (!ingestBytesPerSecond || stallHoursPerPass === 0) return 1;
  const passHours = datasetBytes / ingestBytesPerSecond / 3_600;
  return passHours / (passHours + stallHoursPerPass);
}

function standingUsdPerHour({ fixedUsd, passFeeUsd }: PlanCost, { passesPerMonth }: Situation) {
  return (fixedUsd + passesPerMonth * passFeeUsd) / hoursPerMonthOfStorage;
}
