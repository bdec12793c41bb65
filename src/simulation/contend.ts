import { EventHeap } from "./event-heap.ts";
import { emptyFleetOutcome, type Fleet, type FleetOutcome, type Pool } from "./fleet.ts";
import { uniformIndex } from "./random.ts";
import { RestoreQueue } from "./restore-queue.ts";
import { hourMs } from "./spot-trace.ts";
import { aheadFromMs, behindFromMs, type Progress } from "./uniform-pace.ts";

const isWaiting = -1;
const isOnDemand = -2;
const isDone = -3;
const isYetToCome = -4;

/** What a payload of the heap says, for each job; with a version so that what is out of date is known. */
const kinds = {
  arrival: 0,
  finish: 1,
  /** The deadline cannot be kept any more but on demand. */
  lastMoment: 2,
  /** Of Uniform Progress: behind the pace, and ahead of it again. */
  behind: 3,
  ahead: 4,
  /** Of a load that is bounded: the machine is up and needs a volume; the volume is made. */
  ready: 5,
  restored: 6,
} as const;
const kindCount = Object.keys(kinds).length;

/** Runs all jobs against one pool: who is interrupted when capacity shrinks is drawn, who gets it is decided by rank. */
export function contend(fleet: Fleet, pool: Pool): FleetOutcome {
  return new Contention(fleet, pool).run();
}

class Contention {
  readonly #fleet: Fleet;
  readonly #pool: Pool;
  readonly #jobs: number;
  /** Longest way from a launch to training: what policies reckon with. */
  readonly #changeoverMs: number;
  readonly #events = new EventHeap();
  /** Jobs that want spot capacity, one queue for each size of gang. */
  readonly #queues = new Map<number, EventHeap>();
  readonly #restores: RestoreQueue;
  readonly #place: Int32Array;
  /** Of a job on demand: whether it goes to spot capacity when there is some. */
  readonly #seeks: Uint8Array;
  readonly #version: Int32Array;
  readonly #doneWorkMs: Float64Array;
  readonly #launchedMs: Float64Array;
  /** When the instance at work trains; Infinity while it waits for a volume. */
  readonly #trainsFromMs: Float64Array;
  /** Where it ran last; -1: nowhere yet. */
  readonly #lastZone: Int32Array;
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
    const { load, zones } = pool;
    this.#fleet = fleet;
    this.#pool = pool;
    this.#jobs = jobs;
    const isHeld = load.cache === "held" && load.held.length === zones.length;
    this.#changeoverMs = isHeld ? load.warmMs : load.coldMs;
    this.#restores = new RestoreQueue(load.restore?.atOnce ?? Infinity, jobs);
    this.#place = new Int32Array(jobs).fill(isYetToCome);
    this.#seeks = new Uint8Array(jobs);
    this.#version = new Int32Array(jobs);
    this.#doneWorkMs = new Float64Array(jobs);
    this.#launchedMs = new Float64Array(jobs);
    this.#trainsFromMs = new Float64Array(jobs);
    this.#lastZone = new Int32Array(jobs).fill(-1);
    this.#slot = new Int32Array(jobs);
    this.#running = zones.map(() => []);
    this.#capacity = new Float64Array(zones.length);
    this.#used = new Float64Array(zones.length);
    this.#change = new Int32Array(zones.length);
    this.#outcome = emptyFleetOutcome(jobs);
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
      if (changeMs === nowMs && !this.#isFinishDue(nowMs)) this.#changeCapacity(zone, changeMs);
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
    if (atMs === Infinity) return;
    const payload = (this.#version[job]! * this.#jobs + job) * kindCount + kind;
    // Of what happens at one moment, ends come first: who is done is not interrupted any more.
    if (kind === kinds.finish) this.#events.push(atMs, payload, job - this.#jobs);
    else this.#events.push(atMs, payload);
  }

  #isFinishDue(nowMs: number): boolean {
    return this.#events.nextMs === nowMs && this.#events.first % kindCount === kinds.finish;
  }

  #happen(payload: number, nowMs: number): void {
    const kind = payload % kindCount;
    const rest = Math.floor(payload / kindCount);
    const job = rest % this.#jobs;
    if (Math.floor(rest / this.#jobs) !== this.#version[job]) return;
    if (kind === kinds.arrival) this.#wait(job, nowMs);
    else if (kind === kinds.finish) this.#finish(job, nowMs);
    else if (kind === kinds.ahead) this.#seek(job, nowMs);
    else if (kind === kinds.ready) this.#askForVolume(job, nowMs);
    else if (kind === kinds.restored) this.#releaseVolume(job, nowMs);
    else this.#start(job, isOnDemand, nowMs);
  }

  #wait(job: number, nowMs: number): void {
    const { policy } = this.#pool;
    if (policy === "on-demand") {
      this.#start(job, isOnDemand, nowMs);
      return;
    }
    this.#place[job] = isWaiting;
    this.#enqueue(job);
    const deadlineMs = this.#fleet.deadlineMs[job]!;
    if (policy === "spot-only" || deadlineMs === Infinity) return;
    const latestMs = deadlineMs - this.#restMs(job) - 2 * this.#changeoverMs;
    this.#schedule(Math.max(nowMs, latestMs), job, kinds.lastMoment);
    if (policy !== "uniform-progress") return;
    const behindMs = this.#fleet.arrivalMs[job]! + behindFromMs(this.#progressOf(job, nowMs));
    // Capacity that is there now comes first.
    this.#schedule(Math.max(nowMs + 1, behindMs), job, kinds.behind);
  }

  #enqueue(job: number): void {
    const { gang, priority, arrivalMs } = this.#fleet;
    const size = gang[job]!;
    const queue = this.#queues.get(size) ?? new EventHeap();
    this.#queues.set(size, queue);
    // By rank, and by arrival within it: an interrupted job does not stand behind those who came later.
    queue.push(-priority[job]!, job, arrivalMs[job]! * this.#jobs + job);
  }

  #restMs(job: number): number {
    return this.#fleet.workMs[job]! - this.#doneWorkMs[job]!;
  }

  /** Of a job that waits, or whose instance does not train yet. */
  #progressOf(job: number, nowMs: number): Progress {
    const { arrivalMs, workMs, deadlineMs } = this.#fleet;
    const startMs = arrivalMs[job]!;
    return {
      nowMs: nowMs - startMs,
      doneMs: this.#doneWorkMs[job]!,
      workMs: workMs[job]!,
      deadlineMs: deadlineMs[job]! - startMs,
      trainsFromMs: this.#trainsFromMs[job]! - startMs,
      changeoverMs: this.#changeoverMs,
      stallMs: 0,
    };
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
    this.#outcome.preemptions[job]! += 1;
    this.#leave(job, nowMs, !this.#pool.firstHourFree || ranMs >= hourMs);
    this.#wait(job, nowMs);
  }

  /** The instance at work ends, on spot or on demand: its work is kept, its time is paid for. */
  #leave(job: number, nowMs: number, isBilled = true): void {
    this.#doneWorkMs[job]! += Math.max(0, nowMs - this.#trainsFromMs[job]!);
    this.#bill(job, nowMs, isBilled);
    this.#releaseVolume(job, nowMs);
    this.#version[job]! += 1;
    this.#seeks[job] = 0;
    const zone = this.#place[job]!;
    if (zone === isOnDemand) return;
    const running = this.#running[zone]!;
    const last = running.pop()!;
    if (last !== job) {
      running[this.#slot[job]!] = last;
      this.#slot[last] = this.#slot[job]!;
    }
    this.#used[zone]! -= this.#fleet.gang[job]!;
    this.#usedInAll -= this.#fleet.gang[job]!;
  }

  #bill(job: number, nowMs: number, isBilled = true): void {
    const ranMs = nowMs - this.#launchedMs[job]!;
    const onDemand = this.#place[job] === isOnDemand;
    this.#outcome.ranMs[job]! += ranMs;
    if (onDemand) this.#outcome.onDemandMs[job]! += ranMs;
    if (!isBilled) return;
    const { spotUsdPerHour, onDemandUsdPerHour } = this.#pool;
    const usdPerHour = onDemand ? onDemandUsdPerHour : spotUsdPerHour;
    this.#outcome.costUsd[job]! += (ranMs / hourMs) * usdPerHour * this.#fleet.gang[job]!;
  }

  #finish(job: number, nowMs: number): void {
    this.#leave(job, nowMs);
    this.#place[job] = isDone;
    this.#outcome.doneMs[job] = nowMs;
  }

  /** A waiting job that goes on demand stays in its queue, where it is passed over. */
  #start(job: number, place: number, nowMs: number): void {
    this.#place[job] = place;
    this.#launchedMs[job] = nowMs;
    this.#version[job]! += 1;
    this.#outcome.launches[job]! += 1;
    const { load } = this.#pool;
    const zone = place === isOnDemand ? this.#lastZone[job]! : place;
    const isWarm = this.#isWarm(job, zone);
    this.#lastZone[job] = zone;
    if (!isWarm) this.#outcome.coldLaunches[job]! += 1;
    if (isWarm || !load.restore) {
      this.#trainFrom(job, nowMs + (isWarm ? load.warmMs : load.coldMs), nowMs);
      return;
    }
    this.#trainsFromMs[job] = Infinity;
    this.#schedule(nowMs + load.restore.bootMs, job, kinds.ready);
  }

  #isWarm(job: number, zone: number): boolean {
    const { cache, held } = this.#pool.load;
    if (cache === "held") return held.includes(zone) || held.length === this.#pool.zones.length;
    return cache === "last" && zone >= 0 && zone === this.#lastZone[job];
  }

  /** From here on it is known when the job will be done, and when one on demand has caught up. */
  #trainFrom(job: number, fromMs: number, nowMs: number): void {
    this.#trainsFromMs[job] = fromMs;
    this.#schedule(fromMs + this.#restMs(job), job, kinds.finish);
    if (this.#place[job] !== isOnDemand || this.#pool.policy !== "uniform-progress") return;
    const aheadMs = aheadFromMs(this.#progressOf(job, nowMs));
    this.#schedule(this.#fleet.arrivalMs[job]! + aheadMs, job, kinds.ahead);
  }

  /** Ahead of its pace: it goes back to spot, if two changeovers still fit before the deadline. */
  #seek(job: number, nowMs: number): void {
    const trainedMs = Math.max(0, nowMs - this.#trainsFromMs[job]!);
    const leftMs = this.#fleet.deadlineMs[job]! - nowMs;
    if (leftMs <= this.#restMs(job) - trainedMs + 2 * this.#changeoverMs) return;
    this.#seeks[job] = 1;
    this.#enqueue(job);
  }

  #askForVolume(job: number, nowMs: number): void {
    this.#restores.ask(job, nowMs);
    this.#makeVolumes(nowMs);
  }

  #releaseVolume(job: number, nowMs: number): void {
    if (!this.#pool.load.restore) return;
    this.#restores.release(job);
    this.#makeVolumes(nowMs);
  }

  #makeVolumes(nowMs: number): void {
    const { coldMs, restore } = this.#pool.load;
    if (!restore) return;
    for (;;) {
      const job = this.#restores.admit(this.#fleet.gang);
      if (job < 0) return;
      this.#schedule(nowMs + restore.holdMs, job, kinds.restored);
      this.#outcome.restoreWaitMs[job]! += nowMs - this.#launchedMs[job]! - restore.bootMs;
      this.#trainFrom(job, nowMs + coldMs - restore.bootMs, nowMs);
    }
  }

  /** Gives room to those who want it, by rank; a gang that fits nowhere lets smaller ones pass. */
  #serve(nowMs: number): void {
    for (;;) {
      let best: EventHeap | undefined;
      let bestZone = -1;
      for (const [size, queue] of this.#queues) {
        while (queue.size > 0 && !this.#wantsSpot(queue.first)) queue.pop();
        if (queue.size === 0) continue;
        const zone = this.#roomiest(size);
        if (zone >= 0 && (!best || queue.isAheadOf(best))) [best, bestZone] = [queue, zone];
      }
      if (!best) return;
      const job = best.pop();
      const size = this.#fleet.gang[job]!;
      if (this.#place[job] === isOnDemand) this.#leave(job, nowMs);
      this.#start(job, bestZone, nowMs);
      this.#used[bestZone]! += size;
      this.#usedInAll += size;
      this.#slot[job] = this.#running[bestZone]!.push(job) - 1;
    }
  }

  #wantsSpot(job: number): boolean {
    return this.#place[job] === isWaiting || this.#seeks[job] === 1;
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
      if (place >= 0 || place === isOnDemand) this.#bill(job, this.#pool.horizonMs);
    }
  }
}
