import type { JobOutcome } from "./job.ts";
import type { Market } from "./market.ts";

/** What is known of each stretch, in this order; the times are ms. */
const columns = {
  /** When it ends in another loss, since the trace's start; Infinity if in none. */
  end: 0,
  /** Work done, and what of it a loss leaves that was announced, or was not. */
  done: 1,
  announced: 2,
  saved: 3,
  waiting: 4,
  loading: 5,
  billed: 6,
  free: 7,
  /** Money for the load and for the time: two numbers, as sums depend on their order. */
  fee: 8,
  usd: 9,
  moves: 10,
} as const;
const width = Object.keys(columns).length;

/** How a stretch went, for one job. */
export interface Stretch {
  endMs: number;
  /** Number of the spell that it ended in; -1 for none. */
  spell: number;
  doneMs: number;
  announcedMs: number;
  savedMs: number;
  feeUsd: number;
  usd: number;
  outcome: JobOutcome;
}

/**
 * Stretches from one loss to the next, by the spell that was lost at first. Spells are numbered zone after zone.
 * Good for all jobs of one case whose data is not in a zone of their own.
 */
export class StretchTable {
  /** Number of each zone's first spell. */
  readonly #firsts: readonly number[];
  readonly #rows: Float64Array;
  readonly #next: Int32Array;

  constructor({ zones }: Market) {
    const firsts = [];
    let spells = 0;
    for (const { upMs } of zones) {
      firsts.push(spells);
      spells += upMs.length;
    }
    this.#firsts = firsts;
    this.#rows = new Float64Array(spells * width);
    this.#next = new Int32Array(spells).fill(-2);
  }

  numberOf(zone: number, spell: number): number {
    return this.#firsts[zone]! + spell;
  }

  zoneOf(lost: number): number {
    return this.#firsts.findLastIndex((first) => first <= lost);
  }

  spellOf(lost: number): number {
    return lost - this.#firsts[this.zoneOf(lost)]!;
  }

  has(lost: number): boolean {
    return this.#next[lost] !== -2;
  }

  set(lost: number, stretch: Stretch): void {
    const { outcome } = stretch;
    this.#next[lost] = stretch.spell;
    const row = this.#rows.subarray(lost * width, (lost + 1) * width);
    row[columns.end] = stretch.endMs;
    row[columns.done] = stretch.doneMs;
    row[columns.announced] = stretch.announcedMs;
    row[columns.saved] = stretch.savedMs;
    row[columns.waiting] = outcome.waitingMs;
    row[columns.loading] = outcome.loadingMs;
    row[columns.billed] = outcome.billedMs;
    row[columns.free] = outcome.freeMs;
    row[columns.fee] = stretch.feeUsd;
    row[columns.usd] = stretch.usd;
    row[columns.moves] = outcome.zoneMoves;
  }

  /** The spell that the stretch ends in. */
  next(lost: number): number {
    return this.#next[lost]!;
  }

  endMs(lost: number): number {
    return this.#rows[lost * width + columns.end]!;
  }

  doneMs(lost: number): number {
    return this.#rows[lost * width + columns.done]!;
  }

  keptMs(lost: number, isAnnounced: boolean): number {
    return this.#rows[lost * width + (isAnnounced ? columns.announced : columns.saved)]!;
  }

  /** All but the work. */
  addTo(outcome: JobOutcome, lost: number): void {
    const rows = this.#rows;
    const first = lost * width;
    outcome.waitingMs += rows[first + columns.waiting]!;
    outcome.loadingMs += rows[first + columns.loading]!;
    outcome.billedMs += rows[first + columns.billed]!;
    outcome.freeMs += rows[first + columns.free]!;
    outcome.costUsd += rows[first + columns.fee]!;
    outcome.costUsd += rows[first + columns.usd]!;
    outcome.zoneMoves += rows[first + columns.moves]!;
    outcome.launches += 1;
    outcome.preemptions += 1;
  }
}
