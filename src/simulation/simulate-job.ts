import { deadlinePolicies, type DeadlinePolicy } from "./deadline-policy.ts";
import { CapacityFollower } from "./follow-capacity.ts";
import {
  emptyOutcome,
  type Interval,
  type JobOutcome,
  onDemand,
  onDemandSlotMs,
  type Setup,
  waiting,
} from "./job.ts";
import { JobRun, type NoticeDraw } from "./job-run.ts";
import { MarketView } from "./market-view.ts";
import { StretchTable } from "./stretch-table.ts";

const always: NoticeDraw = () => true;

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
  readonly #run: JobRun;
  /** For jobs about which nothing is to be decided but the zone. */
  readonly #follower: CapacityFollower | undefined;

  /** @param known what simulators of the same case have found, which differ in a home that holds no data */
  constructor(setup: Setup, known?: StretchTable) {
    const { job, path, rules, strategy } = setup;
    this.#setup = setup;
    this.#policy = deadlinePolicies[strategy.deadline];
    // A disk that feeds the GPUs at half their speed makes the work twice as long.
    this.#view = new MarketView(setup, Math.round(job.workMs / path.speed));
    this.#run = new JobRun(setup, this.#view, emptyOutcome());
    const onlyFollows =
      strategy.deadline === "spot-only" && job.deadlineMs === Infinity && rules.observeMs === 0;
    this.#follower = onlyFollows
      ? new CapacityFollower(this.#run, known ?? new StretchTable(setup.market))
      : undefined;
  }

  /**
   * @param startMs since the trace's start
   * @param outcome is overwritten
   * @param timeline gets the pieces of the job's life
   */
  run(startMs: number, outcome: JobOutcome, notice = always, timeline?: Interval[]): void {
    this.#run.reset(startMs, outcome, timeline);
    if (this.#follower) this.#follower.follow(notice);
    else this.#live(notice);
  }

  #live(notice: NoticeDraw): void {
    const run = this.#run;
    const view = this.#view;
    const { horizonMs } = this.#setup.rules;
    for (;;) {
      this.#decide();
      const isWaiting = run.place === waiting;
      const finishMs = isWaiting ? Infinity : run.finishMs();
      const lostMs = run.place >= 0 ? view.endOfSpellMs(run.place) : Infinity;
      // Capacity that waits now has been seen and left: only a wake-up can change that.
      const upMs = isWaiting && view.candidate < 0 ? view.nextUpMs() : Infinity;
      const wakeMs = this.#observed(Math.min(Math.max(view.wakeMs, view.nowMs + 1), upMs));
      if (Math.min(finishMs, lostMs, wakeMs) >= horizonMs) {
        run.close(horizonMs, "left");
        run.finish(horizonMs, false);
        return;
      }
      if (finishMs <= lostMs && finishMs <= wakeMs) {
        run.close(finishMs, "done");
        run.finish(finishMs, finishMs <= this.#setup.job.deadlineMs);
        return;
      }
      if (lostMs <= wakeMs) {
        run.close(lostMs, "lost", notice(run.outcome.preemptions));
        view.advance(this.#observed(lostMs));
      } else view.advance(wakeMs);
    }
  }

  /** The first moment, from `atMs` on, at which the job looks at the market. */
  #observed(atMs: number): number {
    const { observeMs } = this.#setup.rules;
    return observeMs > 0 && atMs !== Infinity ? Math.ceil(atMs / observeMs) * observeMs : atMs;
  }

  /** Asks the policy, and again after a move, as the view has changed; one that cannot decide is not asked forever. */
  #decide(): void {
    const run = this.#run;
    const { nowMs } = this.#view;
    for (let turn = 0; turn < 4; turn += 1) {
      const target = this.#granted(this.#ask());
      if (target === run.place) return;
      if (run.place !== waiting) run.close(nowMs, "left");
      if (target !== waiting) run.launch(target, nowMs);
      // Without a deadline no policy changes its mind: what it would answer is known.
      if (this.#setup.job.deadlineMs === Infinity) return;
    }
  }

  /** Where on-demand machines are not to be had: the job makes do with spot, stays or waits, and asks again. */
  #granted(target: number): number {
    const { hasOnDemand, strategy } = this.#setup;
    const { place, startMs } = this.#run;
    if (target !== onDemand || place === onDemand || !hasOnDemand) return target;
    const view = this.#view;
    const slot = Math.floor((startMs + view.nowMs) / onDemandSlotMs);
    if (hasOnDemand(slot)) return target;
    view.wakeMs = Math.min(view.wakeMs, (slot + 1) * onDemandSlotMs - startMs);
    if (place !== waiting) return place;
    return strategy.deadline === "on-demand" ? waiting : view.candidate;
  }

  #ask(): number {
    const run = this.#run;
    const view = this.#view;
    view.place = run.place;
    view.trainsFromMs = run.trainsFromMs;
    view.isLoading = run.place !== waiting && view.nowMs < run.trainsFromMs;
    view.doneMs = run.savedMs + run.doneHereAt(view.nowMs);
    view.wakeMs = Infinity;
    if (run.place < 0) view.choose();
    return this.#policy(view);
  }
}
