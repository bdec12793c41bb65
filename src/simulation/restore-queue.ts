import { EventHeap } from "./event-heap.ts";

/** Volumes that a region makes at once; who asks first is served first. */
export class RestoreQueue {
  readonly #waiting = new EventHeap();
  readonly #jobs: number;
  #free: number;
  /** Of each job: the volumes that are being made for it. */
  readonly #held: Int32Array;
  /** Of each job that waits: its number in the queue; 0 for the others. */
  readonly #ticket: Float64Array;
  #tickets = 0;

  constructor(atOnce: number, jobs: number) {
    this.#free = atOnce;
    this.#jobs = jobs;
    this.#held = new Int32Array(jobs);
    this.#ticket = new Float64Array(jobs);
  }

  ask(job: number, nowMs: number): void {
    this.#ticket[job] = this.#tickets += 1;
    this.#waiting.push(nowMs, this.#tickets * this.#jobs + job);
  }

  /** The next job whose volumes are begun; -1 if there is none, or no room. */
  admit(volumes: Int32Array): number {
    while (this.#waiting.size > 0) {
      const job = this.#waiting.first % this.#jobs;
      const isStale = Math.floor(this.#waiting.first / this.#jobs) !== this.#ticket[job];
      if (!isStale && volumes[job]! > this.#free) return -1;
      this.#waiting.pop();
      if (isStale) continue;
      this.#free -= volumes[job]!;
      this.#held[job] = volumes[job]!;
      this.#ticket[job] = 0;
      return job;
    }
    return -1;
  }

  /** Its volumes are made, or not wanted any more. */
  release(job: number): void {
    this.#ticket[job] = 0;
    this.#free += this.#held[job]!;
    this.#held[job] = 0;
  }
}
