import {
  type CheckpointFit,
  checkpointFit,
  type NoticeTiming,
} from "../../../cost/checkpoint-budget.ts";
import { openBill } from "../../../cost/bill.ts";
import type { Deadline } from "../../../cost/deadline.ts";
import {
  type Pair,
  pairsOf,
  type PricedPlan,
  type Question,
  rankPlans,
} from "../../../cost/rank-plans.ts";
import { type Rates, volumeCharges } from "../../../cost/resource-price.ts";
import { type Volume, volumeSpeed } from "../../../cost/volume-speed.ts";
import { whatIf } from "../../../cost/what-if.ts";
import { bytesPerMiB, type Situation } from "../../../cost/situation.ts";
import { volumeTypeLimits } from "../../../facts/ebs-limits.ts";
import type { PriceKey } from "../../../facts/storage-prices.ts";
import type { Assumption } from "./ledger.ts";
import type { PriceRow } from "./price-rows.ts";

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
  /** Of the table of storage prices. */
  storageAsOf: string;
  /** Every price of storage that a plan is made of. */
  storage: readonly PriceRow[];
  machineOrigin: string;
  /** Of losses and waits. */
  capacityOrigin: string;
  /** Prices that the user gave. */
  given: Partial<Record<PriceKey, number>>;
  /** What `--live` could not get, and why. */
  notAsked: readonly string[];
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
  throughput: { miBps: number; iops: number; extraUsdPerMonth: number | null } | null;
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
    prices: [...ranking.ranked, ...ranking.unpriced].flatMap(pricesOf),
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
    notice: checkpointBytes === undefined ? null : noticeOutput(checkpointBytes, question, timing),
  };
}

/** Of a plan and of the volumes that it was compared with. */
function pricesOf({ plan, cost }: PricedPlan): PriceKey[] {
  const others = (plan.choice?.losers ?? []).flatMap(({ volume }) => volumeCharges(volume));
  return [...cost.prices, ...others.filter(([, amount]) => amount > 0).map(([key]) => key)];
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

/** On a gp3 of its own with the free performance: the dataset's volume is mounted read-only. */
function noticeOutput(
  bytes: number,
  { workload, rates }: Question,
  timing: NoticeTiming,
): NoticeOutput {
  const { instance, s3BytesPerSecond } = workload.likely;
  const free = volumeTypeLimits.gp3.throughputMiBps.default;
  const fit = checkpointFit(
    bytes,
    { volumeBytesPerSecond: free * bytesPerMiB, ...instance },
    timing,
  );
  const { throughput } = fit;
  return {
    checkpointBytes: bytes,
    on: `a gp3 of its own with ${free} MiB/s`,
    seconds: fit.room.seconds,
    fits: fit.fits,
    roomBytes: fit.room.bytes,
    burstRoomBytes: fit.room.burstBytes,
    limitedBy: fit.room.limitedBy === "volume" ? "the volume" : "the instance's EBS bandwidth",
    throughput: throughput
      ? { ...throughput, extraUsdPerMonth: extraUsd(throughput, rates) }
      : null,
    needsBurst: fit.needsBurst,
    s3Seconds: bytes / s3BytesPerSecond,
  };
}

/** Above the free performance of gp3; null where the rates do not have it. */
function extraUsd({ miBps, iops }: { miBps: number; iops: number }, rates: Rates): number | null {
  const bill = openBill(rates);
  const usd = bill.volumeUsd({ type: "gp3", sizeGiB: 0, iops, throughputMiBps: miBps });
  return bill.unpriced().length > 0 ? null : usd;
}
