import { deadlinePolicies, type DeadlinePolicy } from "./deadline-policy.ts";
import { type Interval, type JobOutcome, onDemand, type Setup, waiting } from "./job.ts";
import { spotCostUsd } from "./market.ts";
import { MarketView } from "./market-view.ts";
import { hourMs } from "./spot-trace.ts";

/** Whether the n-th interruption of a job is announced, and the save ends in time. */
export type NoticeDraw = (interruption: number) => boolean;

const always: NoticeDraw = () => true;

type Ending = "done" | "left" | "lost";

/**
 * Simulates jobs of one setup, one after the other.
 *
 * It goes from event to event: capacity comes or goes, the policy wants to look again, the job is done. Checkpoints
 * are arithmetic and no events, so that the work grows with the number of interruptions and not with time.
 * All times here are whole ms since the job's start.
 */
export class JobSimulator {
  readonly #setup: Setup;
  readonly #policy: DeadlinePolicy;
  readonly #view: MarketView;
  readonly #workMs: number;

  #startMs = 0;
  #savedMs = 0;
  #place: number = waiting;
  /** Since when it waits, or when the instance at work was asked for. */
  #sinceMs = 0;
  #trainsFromMs = 0;
  #outcome!: JobOutcome;
  #timeline: Interval[] | undefined;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#policy = deadlinePolicies[setup.strategy.deadline];
    // A disk that feeds the GPUs at half their speed makes the work twice as long.
    this.#workMs = Math.round(setup.job.workMs / setup.path.speed);
    this.#view = new MarketView(setup, this.#workMs);
  }

  /**
   * @param startMs since the trace's start
   * @param outcome is overwritten
   * @param timeline gets the pieces of the job's life
   */
  run(startMs: number, outcome: JobOutcome, notice = always, timeline?: Interval[]): void {
    this.#reset(startMs, outcome, timeline);
    const view = this.#view;
    const { horizonMs } = this.#setup.rules;
    for (;;) {
      this.#decide();
      const isWaiting = this.#place === waiting;
      const finishMs = isWaiting ? Infinity : this.#finishMs();
      const lostMs = this.#place >= 0 ? view.endOfSpellMs(this.#place) : Infinity;
      // Capacity that waits now has been seen and left: only a wake-up can change that.
      const upMs = isWaiting && view.candidate < 0 ? view.nextUpMs() : Infinity;
      const wakeMs = this.#observed(Math.min(Math.max(view.wakeMs, view.nowMs + 1), upMs));
      if (Math.min(finishMs, lostMs, wakeMs) >= horizonMs) {
        this.#close(horizonMs, "left");
        this.#finish(horizonMs, false);
        return;
      }
      if (finishMs <= lostMs && finishMs <= wakeMs) {
        this.#close(finishMs, "done");
        this.#finish(finishMs, finishMs <= this.#setup.job.deadlineMs);
        return;
      }
      if (lostMs <= wakeMs) {
        this.#close(lostMs, "lost", notice(outcome.preemptions));
        view.advance(this.#observed(lostMs));
      } else view.advance(wakeMs);
    }
  }

  #reset(startMs: number, outcome: JobOutcome, timeline: Interval[] | undefined): void {
    this.#startMs = startMs;
    this.#savedMs = 0;
    this.#place = waiting;
    this.#sinceMs = 0;
    this.#outcome = outcome;
    this.#timeline = timeline;
    outcome.costUsd = 0;
    outcome.makespanMs = 0;
    outcome.missed = 0;
    outcome.lostWorkMs = 0;
    outcome.loadingMs = 0;
    outcome.waitingMs = 0;
    outcome.billedMs = 0;
    outcome.freeMs = 0;
    outcome.onDemandMs = 0;
    outcome.launches = 0;
    outcome.preemptions = 0;
    outcome.zoneMoves = 0;
    this.#view.reset(startMs);
  }

  /** The first moment, from `atMs` on, at which the job looks at the market. */
  #observed(atMs: number): number {
    const { observeMs } = this.#setup.rules;
    return observeMs > 0 && atMs !== Infinity ? Math.ceil(atMs / observeMs) * observeMs : atMs;
  }

  /** Asks the policy, and again after a move, as the view has changed; one that cannot decide is not asked forever. */
  #decide(): void {
    const { nowMs } = this.#view;
    for (let turn = 0; turn < 4; turn += 1) {
      const target = this.#ask();
      if (target === this.#place) return;
      if (this.#place !== waiting) this.#close(nowMs, "left");
      if (target !== waiting) this.#launch(target, nowMs);
      // Without a deadline no policy changes its mind: what it would answer is known.
      if (this.#setup.job.deadlineMs === Infinity) return;
    }
  }

  #ask(): number {
    const view = this.#view;
    view.place = this.#place;
    view.trainsFromMs = this.#trainsFromMs;
    view.isLoading = this.#place !== waiting && view.nowMs < this.#trainsFromMs;
    view.doneMs = this.#savedMs + this.#doneHereAt(view.nowMs);
    view.wakeMs = Infinity;
    if (this.#place < 0) view.choose();
    return this.#policy(view);
  }

  /** Work done on the instance at work, saved or not. On demand nothing is lost, and nothing saved before the end. */
  #doneHereAt(nowMs: number): number {
    if (this.#place === waiting || nowMs <= this.#trainsFromMs) return 0;
    const wallMs = nowMs - this.#trainsFromMs;
    const doneMs = this.#place === onDemand ? wallMs : this.#setup.checkpointing.doneAt(wallMs);
    return Math.min(doneMs, this.#workMs - this.#savedMs);
  }

  #finishMs(): number {
    const restMs = this.#workMs - this.#savedMs;
    const { checkpointing } = this.#setup;
    const wallMs =
      this.#place === onDemand ? restMs + checkpointing.stallMs : checkpointing.wallFor(restMs);
    return this.#trainsFromMs + wallMs;
  }

  #launch(place: number, nowMs: number): void {
    const view = this.#view;
    const outcome = this.#outcome;
    const zone = place >= 0 ? place : view.lastZone;
    this.#book("waiting", waiting, this.#sinceMs, nowMs);
    this.#place = place;
    this.#sinceMs = nowMs;
    this.#trainsFromMs = nowMs + view.changeoverTo(zone);
    outcome.launches += 1;
    if (!view.isWarm(zone)) outcome.costUsd += this.#setup.path.feePerLoadUsd;
    if (zone !== view.lastZone) outcome.zoneMoves += 1;
    view.lastZone = zone;
  }

  /** The instance at work ends; from then on the job waits. */
  #close(endMs: number, ending: Ending, isNoticed = false): void {
    const { checkpointing, rules } = this.#setup;
    const outcome = this.#outcome;
    if (this.#place === waiting) return;
    const wallMs = Math.max(0, endMs - this.#trainsFromMs);
    const doneMs = this.#doneHereAt(endMs);
    if (ending === "done") this.#savedMs = this.#workMs;
    else if (ending === "left") {
      // The last thing it does is to save.
      const saved = this.#doneHereAt(endMs - Math.min(wallMs, checkpointing.stallMs));
      outcome.lostWorkMs += doneMs - saved;
      this.#savedMs += saved;
    } else {
      outcome.preemptions += 1;
      const announced = isNoticed ? this.#doneHereAt(endMs - rules.noticeMs) : 0;
      const saved = Math.min(doneMs, Math.max(checkpointing.savedAt(wallMs), announced));
      outcome.lostWorkMs += doneMs - saved;
      this.#savedMs += saved;
      if (doneMs > saved) this.#book("lost", this.#place, endMs - (doneMs - saved), endMs);
    }
    this.#bill(endMs, ending);
    this.#place = waiting;
    this.#sinceMs = endMs;
  }

  #bill(endMs: number, ending: Ending): void {
    const { rules, market } = this.#setup;
    const outcome = this.#outcome;
    const runsFromMs = Math.min(this.#sinceMs + rules.launchMs, endMs);
    const trainsFromMs = Math.min(this.#trainsFromMs, endMs);
    this.#book("waiting", waiting, this.#sinceMs, runsFromMs);
    this.#book("loading", this.#place, runsFromMs, trainsFromMs);
    this.#book("training", this.#place, trainsFromMs, endMs);
    const ranMs = endMs - runsFromMs;
    if (this.#place >= 0 && ending === "lost" && rules.firstHourFree && ranMs < hourMs) {
      outcome.freeMs += ranMs;
      return;
    }
    outcome.billedMs += ranMs;
    const step = rules.billingStepMs;
    const billedMs = Math.max(
      Math.ceil(ranMs / step) * step,
      ranMs > 0 ? rules.billingMinimumMs : 0,
    );
    if (this.#place === onDemand) {
      outcome.onDemandMs += ranMs;
      outcome.costUsd += (billedMs / hourMs) * market.onDemandUsdPerHour * this.#setup.job.gang;
    } else {
      const fromMs = this.#startMs + runsFromMs;
      const zone = market.zones[this.#place]!;
      outcome.costUsd += spotCostUsd(zone, fromMs, fromMs + billedMs) * this.#setup.job.gang;
    }
  }

  #book(kind: Interval["kind"], place: number, fromMs: number, toMs: number): void {
    if (kind === "waiting") this.#outcome.waitingMs += toMs - fromMs;
    else if (kind === "loading") this.#outcome.loadingMs += toMs - fromMs;
    if (toMs > fromMs) this.#timeline?.push({ kind, place, fromMs, toMs });
  }

  #finish(endMs: number, isInTime: boolean): void {
    this.#book("waiting", waiting, this.#sinceMs, endMs);
    this.#outcome.makespanMs = endMs;
    this.#outcome.costUsd += (endMs / hourMs) * this.#setup.path.fixedUsdPerHour;
    this.#outcome.missed = isInTime ? 0 : 1;
  }
}
