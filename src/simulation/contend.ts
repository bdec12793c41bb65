import { EventHeap } from "./event-heap.ts";
import { uniformIndex } from "./random.ts";
import { hourMs, type ZoneTrace } from "./spot-trace.ts";

/** Jobs that want the same instances. Lists have one entry for each job; times are ms since the trace's start. */
export interface Fleet {
  arrivalMs: Float64Array;
  workMs: Float64Array;
  /** Point in time; Infinity for none. One who cannot keep it otherwise goes on demand. */
  deadlineMs: Float64Array;
  /** Instances, all in one zone. */
  gang: Int32Array;
  /** The larger goes first; of equals, the one that arrived first. */
  priority: Int32Array;
}

export interface Pool {
  zones: readonly ZoneTrace[];
  /** On all counts of the zones: a probe that counts to 1 says nothing of how many there are. */
  depth: number;
  /** Instances that the account may run at once on spot; Infinity for no limit. */
  quota: number;
  /** From a request to training. */
  changeoverMs: number;
  spotUsdPerHour: number;
  onDemandUsdPerHour: number;
  /** An interruption by EC2 in the first hour is free. */
  firstHourFree: boolean;
  horizonMs: number;
  seed: number;
}

/** What each job came to; work is never lost, only time. */
export interface FleetOutcome {
  /** When it was done; Infinity if it was not by the horizon. */
  doneMs: Float64Array;
  costUsd: Float64Array;
  preemptions: Int32Array;
  launches: Int32Array;
  onDemandMs: Float64Array;
  events: number;
}

const isWaiting = -1;
const isOnDemand = -2;
const isDone = -3;
const isYetToCome = -4;

/** What a payload of the heap says: three kinds for each job, with a version so that what is out of date is known. */
const kinds = { arrival: 0, finish: 1, lastMoment: 2 } as const;

/** Runs all jobs against one pool: who is interrupted when capacity shrinks is drawn, who gets it is decided by rank. */
export function contend(fleet: Fleet, pool: Pool): FleetOutcome {
  return new Contention(fleet, pool).run();
}

class Contention {
  readonly #fleet: Fleet;
  readonly #pool: Pool;
  readonly #jobs: number;
  readonly #events = new EventHeap();
  /** Jobs that wait, one queue for each size of gang. */
  readonly #queues = new Map<number, EventHeap>();
  readonly #place: Int32Array;
  readonly #version: Int32Array;
  readonly #doneWorkMs: Float64Array;
  readonly #launchedMs: Float64Array;
  /** Of each zone: who runs there, and where in that list a job stands. */
  readonly #running: number[][];
  readonly #slot: Int32Array;
  readonly #capacity: Float64Array;
  readonly #used: Float64Array;
  #usedInAll = 0;
  readonly #change: Int32Array;
  #draws = 0;
  readonly #outcome: FleetOutcome;

  constructor(fleet: Fleet, pool: Pool) {
    const jobs = fleet.arrivalMs.length;
    this.#fleet = fleet;
    this.#pool = pool;
    this.#jobs = jobs;
    this.#place = new Int32Array(jobs).fill(isYetToCome);
    this.#version = new Int32Array(jobs);
    this.#doneWorkMs = new Float64Array(jobs);
    this.#launchedMs = new Float64Array(jobs);
    this.#slot = new Int32Array(jobs);
    this.#running = pool.zones.map(() => []);
    this.#capacity = new Float64Array(pool.zones.length);
    this.#used = new Float64Array(pool.zones.length);
    this.#change = new Int32Array(pool.zones.length);
    this.#outcome = {
      doneMs: new Float64Array(jobs).fill(Infinity),
      costUsd: new Float64Array(jobs),
      preemptions: new Int32Array(jobs),
      launches: new Int32Array(jobs),
      onDemandMs: new Float64Array(jobs),
      events: 0,
    };
  }

  run(): FleetOutcome {
    const { arrivalMs } = this.#fleet;
    for (let job = 0; job < this.#jobs; job += 1)
      this.#schedule(arrivalMs[job]!, job, kinds.arrival);
    for (;;) {
      const [zone, changeMs] = this.#nextChange();
      const nowMs = Math.min(changeMs, this.#events.nextMs);
      if (nowMs >= this.#pool.horizonMs) break;
      this.#outcome.events += 1;
      if (changeMs <= this.#events.nextMs) this.#changeCapacity(zone, changeMs);
      else this.#happen(this.#events.pop(), nowMs);
      // Those who come at one moment are served together, by rank.
      if (Math.min(this.#nextChange()[1], this.#events.nextMs) > nowMs) this.#serve(nowMs);
    }
    this.#endAll();
    return this.#outcome;
  }

  #nextChange(): [zone: number, atMs: number] {
    let first = 0;
    let firstMs = Infinity;
    for (const [zone, { changesMs }] of this.#pool.zones.entries()) {
      const atMs = changesMs[this.#change[zone]!] ?? Infinity;
      if (atMs < firstMs) [first, firstMs] = [zone, atMs];
    }
    return [first, firstMs];
  }

  #schedule(atMs: number, job: number, kind: number): void {
    this.#events.push(atMs, (this.#version[job]! * this.#jobs + job) * 3 + kind);
  }

  #happen(payload: number, nowMs: number): void {
    const kind = payload % 3;
    const rest = Math.floor(payload / 3);
    const job = rest % this.#jobs;
    if (Math.floor(rest / this.#jobs) !== this.#version[job]) return;
    if (kind === kinds.arrival) this.#wait(job, nowMs);
    else if (kind === kinds.finish) this.#finish(job, nowMs);
    else this.#goOnDemand(job, nowMs);
  }

  #wait(job: number, nowMs: number): void {
    const { gang, priority, deadlineMs } = this.#fleet;
    this.#place[job] = isWaiting;
    const size = gang[job]!;
    const queue = this.#queues.get(size) ?? new EventHeap();
    this.#queues.set(size, queue);
    // By rank, and by arrival within it: an interrupted job does not stand behind those who came later.
    queue.push(-priority[job]!, job, this.#fleet.arrivalMs[job]! * this.#jobs + job);
    if (deadlineMs[job] === Infinity) return;
    const latestMs = deadlineMs[job]! - this.#restMs(job) - 2 * this.#pool.changeoverMs;
    this.#schedule(Math.max(nowMs, latestMs), job, kinds.lastMoment);
  }

  #restMs(job: number): number {
    return this.#fleet.workMs[job]! - this.#doneWorkMs[job]!;
  }

  #changeCapacity(zone: number, nowMs: number): void {
    const { zones, depth } = this.#pool;
    const at = this.#change[zone]!;
    this.#capacity[zone] = Math.floor(zones[zone]!.capacity[at]! * depth);
    this.#change[zone] = at + 1;
    const running = this.#running[zone]!;
    while ((this.#used[zone] ?? 0) > (this.#capacity[zone] ?? 0)) {
      const victim =
        running[uniformIndex(this.#pool.seed, 0x76, (this.#draws += 1), running.length)]!;
      this.#interrupt(victim, nowMs);
    }
  }

  #interrupt(job: number, nowMs: number): void {
    const ranMs = nowMs - this.#launchedMs[job]!;
    this.#doneWorkMs[job]! += Math.max(0, ranMs - this.#pool.changeoverMs);
    this.#outcome.preemptions[job]! += 1;
    if (!this.#pool.firstHourFree || ranMs >= hourMs)
      this.#bill(job, ranMs, this.#pool.spotUsdPerHour);
    this.#leave(job);
    this.#wait(job, nowMs);
  }

  #leave(job: number): void {
    const zone = this.#place[job]!;
    const running = this.#running[zone]!;
    const last = running.pop()!;
    if (last !== job) {
      running[this.#slot[job]!] = last;
      this.#slot[last] = this.#slot[job]!;
    }
    this.#used[zone]! -= this.#fleet.gang[job]!;
    this.#usedInAll -= this.#fleet.gang[job]!;
    this.#version[job]! += 1;
  }

  #bill(job: number, ranMs: number, usdPerHour: number): void {
    this.#outcome.costUsd[job]! += (ranMs / hourMs) * usdPerHour * this.#fleet.gang[job]!;
  }

  #finish(job: number, nowMs: number): void {
    const ranMs = nowMs - this.#launchedMs[job]!;
    if (this.#place[job] === isOnDemand) this.#billOnDemand(job, ranMs);
    else {
      this.#bill(job, ranMs, this.#pool.spotUsdPerHour);
      this.#leave(job);
    }
    this.#place[job] = isDone;
    this.#outcome.doneMs[job] = nowMs;
  }

  #billOnDemand(job: number, ranMs: number): void {
    this.#outcome.onDemandMs[job]! += ranMs;
    this.#bill(job, ranMs, this.#pool.onDemandUsdPerHour);
  }

  #goOnDemand(job: number, nowMs: number): void {
    // It stays in its queue, where it is passed over.
    this.#start(job, isOnDemand, nowMs);
  }

  #start(job: number, place: number, nowMs: number): void {
    this.#place[job] = place;
    this.#launchedMs[job] = nowMs;
    this.#version[job]! += 1;
    this.#outcome.launches[job]! += 1;
    this.#schedule(nowMs + this.#pool.changeoverMs + this.#restMs(job), job, kinds.finish);
  }

  /** Gives room to those who wait, by rank; a gang that fits nowhere lets smaller ones pass. */
  #serve(nowMs: number): void {
    for (;;) {
      let best: EventHeap | undefined;
      let bestZone = -1;
      for (const [size, queue] of this.#queues) {
        while (queue.size > 0 && this.#place[queue.first] !== isWaiting) queue.pop();
        if (queue.size === 0) continue;
        const zone = this.#roomiest(size);
        if (zone >= 0 && (!best || queue.isAheadOf(best))) [best, bestZone] = [queue, zone];
      }
      if (!best) return;
      const job = best.pop();
      const size = this.#fleet.gang[job]!;
      this.#start(job, bestZone, nowMs);
      this.#used[bestZone]! += size;
      this.#usedInAll += size;
      this.#slot[job] = this.#running[bestZone]!.push(job) - 1;
    }
  }

  /** The zone with the most room, if that is enough; -1 otherwise. */
  #roomiest(size: number): number {
    if (this.#usedInAll + size > this.#pool.quota) return -1;
    let best = -1;
    let most = size;
    for (let zone = 0; zone < this.#capacity.length; zone += 1) {
      const room = this.#capacity[zone]! - this.#used[zone]!;
      if (room >= most) [best, most] = [zone, room + 1];
    }
    return best;
  }

  /** At the horizon: what still runs is paid for. */
  #endAll(): void {
    for (let job = 0; job < this.#jobs; job += 1) {
      const place = this.#place[job]!;
      const ranMs = this.#pool.horizonMs - this.#launchedMs[job]!;
      if (place >= 0) this.#bill(job, ranMs, this.#pool.spotUsdPerHour);
      else if (place === isOnDemand) this.#billOnDemand(job, ranMs);
    }
  }
}
