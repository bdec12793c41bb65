import {
  clearOutcome,
  type Interval,
  type JobOutcome,
  onDemand,
  type Setup,
  waiting,
} from "./job.ts";
import { spotCostUsd } from "./market.ts";
import type { MarketView } from "./market-view.ts";
import { hourMs } from "./spot-trace.ts";

/** Whether the n-th interruption of a job is announced, and the save ends in time. */
export type NoticeDraw = (interruption: number) => boolean;

type Ending = "done" | "left" | "lost";

/** One job as it goes on: where it is, what it has saved, and what it has come to. Times are ms since its start. */
export class JobRun {
  readonly setup: Setup;
  readonly view: MarketView;
  readonly workMs: number;

  startMs = 0;
  savedMs = 0;
  place: number = waiting;
  /** Since when it waits, or when the instance at work was asked for. */
  sinceMs = 0;
  trainsFromMs = 0;
  outcome: JobOutcome;
  timeline: Interval[] | undefined;

  constructor(setup: Setup, view: MarketView, outcome: JobOutcome) {
    this.setup = setup;
    this.view = view;
    this.workMs = view.workMs;
    this.outcome = outcome;
  }

  /** @param outcome is overwritten */
  reset(startMs: number, outcome: JobOutcome, timeline: Interval[] | undefined): void {
    this.startMs = startMs;
    this.savedMs = 0;
    this.place = waiting;
    this.sinceMs = 0;
    this.outcome = outcome;
    this.timeline = timeline;
    clearOutcome(outcome);
    this.view.reset(startMs);
  }

  /** Work done on the instance at work, saved or not. On demand nothing is lost, and nothing saved before the end. */
  doneHereAt(nowMs: number): number {
    if (this.place === waiting || nowMs <= this.trainsFromMs) return 0;
    const wallMs = nowMs - this.trainsFromMs;
    const doneMs = this.place === onDemand ? wallMs : this.setup.checkpointing.doneAt(wallMs);
    return Math.min(doneMs, this.workMs - this.savedMs);
  }

  finishMs(): number {
    const restMs = this.workMs - this.savedMs;
    const { checkpointing } = this.setup;
    const wallMs =
      this.place === onDemand ? restMs + checkpointing.stallMs : checkpointing.wallFor(restMs);
    return this.trainsFromMs + wallMs;
  }

  launch(place: number, nowMs: number): void {
    const view = this.view;
    const outcome = this.outcome;
    const zone = place >= 0 ? place : view.lastZone;
    this.#book("waiting", waiting, this.sinceMs, nowMs);
    this.place = place;
    this.sinceMs = nowMs;
    this.trainsFromMs = nowMs + view.changeoverTo(zone);
    outcome.launches += 1;
    if (!view.isWarm(zone)) outcome.costUsd += this.setup.path.feePerLoadUsd;
    if (zone !== view.lastZone) outcome.zoneMoves += 1;
    view.lastZone = zone;
  }

  /** The instance at work ends; from then on the job waits. */
  close(endMs: number, ending: Ending, isNoticed = false): void {
    const { checkpointing, rules } = this.setup;
    const outcome = this.outcome;
    if (this.place === waiting) return;
    const wallMs = Math.max(0, endMs - this.trainsFromMs);
    const doneMs = this.doneHereAt(endMs);
    if (ending === "done") this.savedMs = this.workMs;
    else if (ending === "left") {
      // The last thing it does is to save.
      const saved = this.doneHereAt(endMs - Math.min(wallMs, checkpointing.stallMs));
      outcome.lostWorkMs += doneMs - saved;
      this.savedMs += saved;
    } else {
      outcome.preemptions += 1;
      const announced = isNoticed ? this.doneHereAt(endMs - rules.noticeMs) : 0;
      const saved = Math.min(doneMs, Math.max(checkpointing.savedAt(wallMs), announced));
      outcome.lostWorkMs += doneMs - saved;
      this.savedMs += saved;
      if (doneMs > saved) this.#book("lost", this.place, endMs - (doneMs - saved), endMs);
    }
    this.#bill(endMs, ending);
    this.place = waiting;
    this.sinceMs = endMs;
  }

  #bill(endMs: number, ending: Ending): void {
    const { rules, market } = this.setup;
    const outcome = this.outcome;
    const runsFromMs = Math.min(this.sinceMs + rules.launchMs, endMs);
    const trainsFromMs = Math.min(this.trainsFromMs, endMs);
    this.#book("waiting", waiting, this.sinceMs, runsFromMs);
    this.#book("loading", this.place, runsFromMs, trainsFromMs);
    this.#book("training", this.place, trainsFromMs, endMs);
    const ranMs = endMs - runsFromMs;
    if (this.place >= 0 && ending === "lost" && rules.firstHourFree && ranMs < hourMs) {
      outcome.freeMs += ranMs;
      return;
    }
    outcome.billedMs += ranMs;
    const step = rules.billingStepMs;
    const billedMs = Math.max(
      Math.ceil(ranMs / step) * step,
      ranMs > 0 ? rules.billingMinimumMs : 0,
    );
    if (this.place === onDemand) {
      outcome.onDemandMs += ranMs;
      outcome.costUsd += (billedMs / hourMs) * market.onDemandUsdPerHour * this.setup.job.gang;
    } else {
      const fromMs = this.startMs + runsFromMs;
      const zone = market.zones[this.place]!;
      outcome.costUsd += spotCostUsd(zone, fromMs, fromMs + billedMs) * this.setup.job.gang;
    }
  }

  #book(kind: Interval["kind"], place: number, fromMs: number, toMs: number): void {
    if (kind === "waiting") this.outcome.waitingMs += toMs - fromMs;
    else if (kind === "loading") this.outcome.loadingMs += toMs - fromMs;
    if (toMs > fromMs) this.timeline?.push({ kind, place, fromMs, toMs });
  }

  finish(endMs: number, isInTime: boolean): void {
    this.#book("waiting", waiting, this.sinceMs, endMs);
    this.outcome.makespanMs = endMs;
    this.outcome.costUsd += (endMs / hourMs) * this.setup.path.fixedUsdPerHour;
    this.outcome.missed = isInTime ? 0 : 1;
  }
}
