import {
  type CheckpointFit,
  checkpointFit,
  type NoticeTiming,
} from "../../../cost/checkpoint-budget.ts";
import type { Deadline } from "../../../cost/deadline.ts";
import {
  type Pair,
  pairsOf,
  type PricedPlan,
  type Question,
  rankPlans,
} from "../../../cost/rank-plans.ts";
import type { StoragePlan } from "../../../cost/storage-plan.ts";
import { type Volume, volumeSpeed } from "../../../cost/volume-speed.ts";
import { whatIf } from "../../../cost/what-if.ts";
import { bytesPerMiB, type Situation } from "../../../cost/situation.ts";
import type { PriceKey } from "../../../facts/storage-prices.ts";
import type { Assumption } from "./ledger.ts";

/** What `cost advise --output json` prints for one instance type in one region. Money is US dollars. */
export interface AdviceOutput {
  instanceType: string;
  region: string;
  prices: PriceNote;
  assumptions: readonly Assumption[];
  computeUsdPerMonth: number;
  plans: PlanOutput[];
  /** Their sums are floors: something of them has no sure price. */
  unpriced: Array<PlanOutput & { missingPrices: readonly PriceKey[] }>;
  undecided: Array<{ plan: string; needs: string }>;
  impossible: Array<{ plan: string; why: string }>;
  breakEven: PairOutput[];
  whatIf: Array<{ change: string; winner: string | null; usdPerMonth: number | null }>;
  notice: NoticeOutput | null;
  commands: readonly string[];
}

interface PriceNote {
  /** Of the storage prices. */
  storageAsOf: string;
  machineOrigin: string;
  /** Of losses and waits. */
  capacityOrigin: string;
  /** Prices that the user gave. */
  given: Partial<Record<PriceKey, number>>;
}

export interface PlanOutput {
  /** Plans that cannot be told apart have the same. 0: unpriced. */
  rank: number;
  id: string;
  plan: string;
  usdPerMonth: { low: number; likely: number; high: number };
  fixedUsdPerMonth: number;
  usdPerRestart: number;
  usdPerPass: number;
  hoursLostPerMonth: number;
  waitHours: number;
  loadHours: number;
  limitedBy: string;
  deadline: { onDemandHours: number | null; usdPerMonth: number } | null;
  volume: VolumeOutput | null;
  /** The best of the other types, and what the plan would cost more a month with it. */
  otherVolumes: Array<VolumeOutput & { extraUsdPerMonth: number }>;
  note: string | null;
}

export interface VolumeOutput extends Omit<Volume, "iops" | "throughputMiBps"> {
  iops: number | null;
  throughputMiBps: number | null;
  readMBps: number;
  limitedBy: string;
}

export interface PairOutput {
  plan: string;
  than: string;
  /** Null: never. */
  restarts: number | null;
  cheaper: Pair["breakEven"]["cheaper"];
  /** Standing and restart costs that r* = (a − b) / (d − c) is made of. */
  standingUsd: readonly [plan: number, than: number];
  restartUsd: readonly [plan: number, than: number];
}

export interface NoticeOutput {
  checkpointBytes: number;
  on: string;
  seconds: number;
  fits: CheckpointFit["fits"];
  roomBytes: number;
  burstRoomBytes: number;
  limitedBy: string;
  throughput: { miBps: number; iops: number; extraUsdPerMonth: number } | null;
  needsBurst: boolean;
  /** Seconds that the same checkpoint takes to S3. */
  s3Seconds: number;
}

interface Advised {
  question: Question;
  deadline: Deadline | undefined;
  checkpointBytes: number | undefined;
  timing: NoticeTiming;
}

/** Everything but what the caller knows better: place, prices, assumptions, commands. */
export function adviceOutput({ question, checkpointBytes, timing }: Advised) {
  const { likely } = question.workload;
  const ranking = rankPlans(question);
  return {
    winner: ranking.ranked[0]?.plan,
    computeUsdPerMonth: likely.instanceUsdPerHour * likely.nodes * likely.hoursPerMonth,
    plans: ranking.ranked.map((one) => planOutput(one, one.rank, likely)),
    unpriced: ranking.unpriced.map((one) => ({
      ...planOutput(one, 0, likely),
      missingPrices: one.cost.unpriced,
    })),
    undecided: ranking.undecided.map(({ title, undecided }) => ({
      plan: title,
      needs: undecided ?? "",
    })),
    impossible: ranking.impossible.map(({ title, impossible }) => ({
      plan: title,
      why: impossible ?? "",
    })),
    breakEven: pairsOf(ranking.ranked).map(pairOutput),
    whatIf: whatIf(question).map(({ change, winner }) => ({
      change,
      winner: winner?.plan.title ?? null,
      usdPerMonth: winner?.usdPerMonth.likely ?? null,
    })),
    notice:
      checkpointBytes === undefined
        ? null
        : noticeOutput(checkpointBytes, ranking.ranked[0]?.plan, likely, timing),
  };
}

function planOutput(priced: PricedPlan, rank: number, situation: Situation): PlanOutput {
  const { plan, cost, line, deadline } = priced;
  return {
    rank,
    id: plan.id,
    plan: plan.title,
    usdPerMonth: priced.usdPerMonth,
    fixedUsdPerMonth: cost.fixedUsd,
    usdPerRestart: line.restartUsd,
    usdPerPass:
      cost.passFeeUsd + situation.instanceUsdPerHour * situation.nodes * cost.stallHoursPerPass,
    hoursLostPerMonth: priced.hoursLostPerMonth,
    waitHours: cost.waitHours,
    loadHours: cost.loadHours,
    limitedBy: cost.limitedBy,
    deadline: deadline
      ? { onDemandHours: deadline.onDemandHours ?? null, usdPerMonth: deadline.usdPerMonth }
      : null,
    volume: plan.choice ? volumeOutput(plan.choice.volume, situation) : null,
    otherVolumes: (plan.choice?.losers ?? []).map(({ volume, usd }) => ({
      ...volumeOutput(volume, situation),
      extraUsdPerMonth: usd - (plan.choice?.usd ?? 0),
    })),
    note: plan.note ?? null,
  };
}

function volumeOutput(volume: Volume, situation: Situation): VolumeOutput {
  const { bytesPerSecond, limitedBy } = volumeSpeed(volume, situation);
  return {
    ...volume,
    iops: volume.iops ?? null,
    throughputMiBps: volume.throughputMiBps ?? null,
    readMBps: bytesPerSecond / 1e6,
    limitedBy,
  };
}

function pairOutput({ plan, than, breakEven }: Pair): PairOutput {
  const { restarts, cheaper } = breakEven;
  return {
    plan: plan.plan.title,
    than: than.plan.title,
    restarts: Number.isFinite(restarts) ? restarts : null,
    cheaper,
    standingUsd: [plan.line.standingUsd, than.line.standingUsd],
    restartUsd: [plan.line.restartUsd, than.line.restartUsd],
  };
}

/** On the volume of the first plan if it keeps one, else on a gp3 of its own with the free performance. */
function noticeOutput(
  bytes: number,
  winner: StoragePlan | undefined,
  situation: Situation,
  timing: NoticeTiming,
): NoticeOutput {
  const keeps = winner?.id === "ebs-one-zone" || winner?.id === "ebs-zones";
  const miBps = keeps ? (winner.choice?.volume.throughputMiBps ?? 125) : 125;
  const fit = checkpointFit(
    bytes,
    { volumeBytesPerSecond: miBps * bytesPerMiB, ...situation.instance },
    timing,
  );
  return {
    checkpointBytes: bytes,
    on: `gp3 with ${miBps} MiB/s`,
    seconds: fit.room.seconds,
    fits: fit.fits,
    roomBytes: fit.room.bytes,
    burstRoomBytes: fit.room.burstBytes,
    limitedBy: fit.room.limitedBy === "volume" ? "the volume" : "the instance's EBS bandwidth",
    throughput: fit.throughput ?? null,
    needsBurst: fit.needsBurst,
    s3Seconds: bytes / situation.s3BytesPerSecond,
  };
}
