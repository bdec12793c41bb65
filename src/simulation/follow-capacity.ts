import { emptyOutcome, waiting } from "./job.ts";
import type { JobRun, NoticeDraw } from "./job-run.ts";
import type { Stretch, StretchTable } from "./stretch-table.ts";

/**
 * Jobs without a deadline that take what spot capacity there is, and stay: what the policies come to where nothing is
 * decided but the zone.
 *
 * From a loss on, all such jobs do the same until the next loss: they wait for the same zone, load for the same time,
 * pay the same. Each of these stretches is worked out once, and then only added up; first and last ones are not.
 */
export class CapacityFollower {
  readonly #run: JobRun;
  readonly #known: StretchTable;

  /** @param known is added to; of jobs of the same case */
  constructor(run: JobRun, known: StretchTable) {
    this.#run = run;
    this.#known = known;
  }

  follow(notice: NoticeDraw): void {
    const run = this.#run;
    const { view } = run;
    const { horizonMs } = run.setup.rules;
    for (;;) {
      const zone = this.#nextZone(horizonMs);
      if (zone < 0) return run.finish(horizonMs, false);
      run.launch(zone, view.nowMs);
      const finishMs = run.finishMs();
      const lostMs = view.endOfSpellMs(zone);
      if (Math.min(finishMs, lostMs) >= horizonMs) {
        run.close(horizonMs, "left");
        return run.finish(horizonMs, false);
      }
      if (finishMs <= lostMs) {
        run.close(finishMs, "done");
        return run.finish(finishMs, true);
      }
      run.close(lostMs, "lost", notice(run.outcome.preemptions));
      // Drawings want every piece.
      if (run.timeline) view.advance(lostMs);
      else this.#repeat(this.#known.numberOf(zone, view.spellOf(zone)), notice);
    }
  }

  /** Waits for capacity, in the zone that placement wants; `waiting` if none comes before the horizon. */
  #nextZone(horizonMs: number): number {
    const { view } = this.#run;
    view.choose();
    if (view.candidate < 0) {
      const upMs = view.nextUpMs();
      if (upMs >= horizonMs) return waiting;
      view.advance(upMs);
      view.choose();
    }
    return view.candidate;
  }

  /** From a loss on, as long as stretches end in another one; then the market is looked at again. */
  #repeat(first: number, notice: NoticeDraw): void {
    const run = this.#run;
    const { outcome, workMs, startMs } = run;
    const { horizonMs } = run.setup.rules;
    const known = this.#known;
    let { savedMs } = run;
    let lost = first;
    for (;;) {
      if (!known.has(lost)) known.set(lost, this.#learn(lost));
      if (known.endMs(lost) - startMs >= horizonMs) break;
      const doneMs = known.doneMs(lost);
      if (doneMs >= workMs - savedMs) break;
      const keptMs = known.keptMs(lost, notice(outcome.preemptions));
      savedMs += keptMs;
      outcome.lostWorkMs += doneMs - keptMs;
      known.addTo(outcome, lost);
      lost = known.next(lost);
    }
    run.savedMs = savedMs;
    this.#goTo(lost);
  }

  /** To the moment at which a spell ends, and the job that was in it waits. */
  #goTo(lost: number): void {
    const { view, setup, startMs } = this.#run;
    const zone = this.#known.zoneOf(lost);
    const nowMs = setup.market.zones[zone]!.downMs[this.#known.spellOf(lost)]! - startMs;
    this.#run.sinceMs = nowMs;
    view.lastZone = zone;
    view.seek(nowMs);
  }

  /** Lives through the stretch after a loss, as one who has all work before him. */
  #learn(lost: number): Stretch {
    const run = this.#run;
    const { outcome, savedMs } = run;
    const announced = this.#tryOut(lost, true);
    const stretch = this.#tryOut(lost, false);
    run.outcome = outcome;
    run.savedMs = savedMs;
    return { ...stretch, announcedMs: announced.savedMs };
  }

  #tryOut(lost: number, isAnnounced: boolean): Stretch {
    const run = this.#run;
    const { view } = run;
    const outcome = emptyOutcome();
    run.outcome = outcome;
    run.savedMs = 0;
    this.#goTo(lost);
    const zone = this.#nextZone(Infinity);
    const endMs = zone < 0 ? Infinity : view.endOfSpellMs(zone);
    const nothing = { doneMs: 0, announcedMs: 0, savedMs: 0, feeUsd: 0, usd: 0, outcome };
    if (endMs === Infinity) return { ...nothing, endMs, spell: -1 };
    run.launch(zone, view.nowMs);
    const feeUsd = outcome.costUsd;
    outcome.costUsd = 0;
    const doneMs = run.doneHereAt(endMs);
    run.close(endMs, "lost", isAnnounced);
    return {
      ...nothing,
      endMs: endMs + run.startMs,
      spell: this.#known.numberOf(zone, view.spellOf(zone)),
      doneMs,
      savedMs: run.savedMs,
      feeUsd,
      usd: outcome.costUsd,
    };
  }
}
