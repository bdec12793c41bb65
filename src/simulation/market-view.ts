import type { JobView } from "./deadline-policy.ts";
import { type Setup, waiting } from "./job.ts";
import { type MarketZone, spotPriceAt } from "./market.ts";
import { type Candidate, type Placement, placements } from "./placement.ts";
import { meanLeftMs } from "./residual-life.ts";
import { firstAfter } from "./sorted-list.ts";

/** The market at one moment of one job. Time only goes on, so each zone has a cursor on its spells. */
export class MarketView implements JobView {
  nowMs = 0;
  doneMs = 0;
  place: number = waiting;
  isLoading = false;
  trainsFromMs = 0;
  candidate: number = waiting;
  wakeMs = Infinity;
  readonly workMs: number;
  readonly deadlineMs: number;
  readonly observeMs: number;
  readonly changeoverMs: number;
  readonly atRiskMs: number;
  readonly stallMs: number;
  readonly onDemandUsdPerHour: number;
  readonly zones: readonly number[];
  /** Where the job ran last; at first its home. */
  lastZone: number;

  readonly #setup: Setup;
  readonly #place: Placement;
  readonly #isFirstBest: boolean;
  readonly #markets: readonly MarketZone[];
  /** Of each zone: the spell that ends next, and its two ends, ms since the trace's start. */
  readonly #cursor: Int32Array;
  readonly #upMs: Float64Array;
  readonly #downMs: Float64Array;
  readonly #asked: Candidate;
  #startMs = 0;

  constructor(setup: Setup, workMs: number) {
    const { job, path, market, checkpointing, rules } = setup;
    this.#setup = setup;
    this.#place = placements[setup.strategy.placement];
    this.#isFirstBest = setup.strategy.placement === "same-zone";
    this.#markets = market.zones;
    this.#cursor = new Int32Array(market.zones.length);
    this.#upMs = new Float64Array(market.zones.length);
    this.#downMs = new Float64Array(market.zones.length);
    this.workMs = workMs;
    this.deadlineMs = job.deadlineMs;
    this.observeMs = rules.observeMs;
    const { held } = setup;
    const isBound = path.zones === "held";
    this.zones = isBound ? held : [...market.zones.keys()];
    // In the zones where it may run the data is at hand everywhere, or a launch may have to load it.
    const isHeld = path.cache === "held" && held.length === this.zones.length;
    this.changeoverMs = rules.launchMs + (isHeld ? path.warmMs : path.coldMs);
    this.atRiskMs = checkpointing.atRiskMs;
    this.stallMs = checkpointing.stallMs;
    this.onDemandUsdPerHour = market.onDemandUsdPerHour;
    this.lastZone = held[0]!;
    const [zone] = market.zones;
    this.#asked = { zone: zone!, spell: 0, atMs: 0, residualLife: setup.residualLife };
  }

  reset(startMs: number): void {
    this.#startMs = startMs;
    this.place = waiting;
    this.lastZone = this.#setup.held[0]!;
    this.seek(0);
  }

  /** Goes to any moment, back too. */
  seek(nowMs: number): void {
    this.nowMs = nowMs;
    for (const zone of this.zones)
      this.#moveTo(zone, firstAfter(this.#markets[zone]!.downMs, this.#startMs + nowMs));
  }

  #moveTo(zone: number, spell: number): void {
    const { upMs, downMs } = this.#markets[zone]!;
    this.#cursor[zone] = spell;
    this.#upMs[zone] = spell < upMs.length ? upMs[spell]! : Infinity;
    this.#downMs[zone] = spell < downMs.length ? downMs[spell]! : Infinity;
  }

  advance(nowMs: number): void {
    this.nowMs = nowMs;
    const atMs = this.#startMs + nowMs;
    for (let index = 0; index < this.zones.length; index += 1) {
      const zone = this.zones[index]!;
      while (this.#downMs[zone]! <= atMs) this.#moveTo(zone, this.#cursor[zone]! + 1);
    }
  }

  isUp(zone: number): boolean {
    return this.#upMs[zone]! <= this.#startMs + this.nowMs;
  }

  /** Index of the spell that a zone is in, or that it comes to next. */
  spellOf(zone: number): number {
    return this.#cursor[zone]!;
  }

  /** When a zone that has capacity loses it; ms since the job's start. */
  endOfSpellMs(zone: number): number {
    return this.#downMs[zone]! - this.#startMs;
  }

  nextUpMs(): number {
    let next = Infinity;
    for (let index = 0; index < this.zones.length; index += 1) {
      const upMs = this.#upMs[this.zones[index]!]!;
      if (upMs < next) next = upMs;
    }
    return Math.max(next - this.#startMs, this.nowMs);
  }

  /** Chooses among the zones that have capacity now. */
  choose(): void {
    let best = -1;
    let bestScore = -Infinity;
    if (this.isUp(this.lastZone)) {
      best = this.lastZone;
      if (!this.#isFirstBest) bestScore = this.#scoreOf(best);
    }
    if (best === -1 || !this.#isFirstBest) {
      for (let index = 0; index < this.zones.length; index += 1) {
        const zone = this.zones[index]!;
        if (zone === this.lastZone || !this.isUp(zone)) continue;
        const score = this.#scoreOf(zone);
        if (score <= bestScore) continue;
        best = zone;
        bestScore = score;
      }
    }
    this.candidate = best;
  }

  #scoreOf(zone: number): number {
    const asked = this.#asked;
    asked.zone = this.#markets[zone]!;
    asked.spell = this.#cursor[zone]!;
    asked.atMs = this.#startMs + this.nowMs;
    return this.#place(asked);
  }

  /** From a request in that zone until training there. */
  changeoverTo(zone: number): number {
    const { path, rules } = this.#setup;
    return rules.launchMs + (this.isWarm(zone) ? path.warmMs : path.coldMs);
  }

  /** Whether the data is at hand there. */
  isWarm(zone: number): boolean {
    const { path, held } = this.#setup;
    if (path.cache === "held") return held.includes(zone);
    return path.cache === "last" && zone === this.lastZone;
  }

  priceOf(zone: number): number {
    return spotPriceAt(this.#markets[zone]!, this.#startMs + this.nowMs);
  }

  meanLeftMs(zone: number): number {
    const ageMs = this.#startMs + this.nowMs - this.#upMs[zone]!;
    return meanLeftMs(this.#setup.residualLife, ageMs);
  }
}
