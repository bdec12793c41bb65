/** Events by time; of equal times, by the order in which they came. Grows as it must, makes no objects. */
export class EventHeap {
  #times = new Float64Array(1024);
  #orders = new Float64Array(1024);
  #payloads = new Float64Array(1024);
  #size = 0;
  #count = 0;

  get size(): number {
    return this.#size;
  }

  /** Of the first event; Infinity if there is none. */
  get nextMs(): number {
    return this.#size > 0 ? this.#times[0]! : Infinity;
  }

  /** Payload of the first event, which stays. There must be one. */
  get first(): number {
    return this.#payloads[0]!;
  }

  /** Whether its first event comes before the other's. Both must have one. */
  isAheadOf(other: EventHeap): boolean {
    return other.#isBefore(this.#times[0]!, this.#orders[0]!, 0);
  }

  push(timeMs: number, payload: number, order = (this.#count += 1)): void {
    if (this.#size === this.#times.length) this.#grow();
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(timeMs, order, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, timeMs, order, payload);
  }

  /** Payload of the first event, which is taken out. There must be one. */
  pop(): number {
    const payload = this.#payloads[0]!;
    this.#size -= 1;
    const last = this.#size;
    const [timeMs, order, moved] = [this.#times[last]!, this.#orders[last]!, this.#payloads[last]!];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (
        child + 1 < last &&
        this.#isBefore(this.#times[child + 1]!, this.#orders[child + 1]!, child)
      )
        child += 1;
      if (this.#isBefore(timeMs, order, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, timeMs, order, moved);
    return payload;
  }

  #isBefore(timeMs: number, order: number, other: number): boolean {
    const otherMs = this.#times[other]!;
    return timeMs < otherMs || (timeMs === otherMs && order < this.#orders[other]!);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#times[from]!, this.#orders[from]!, this.#payloads[from]!);
  }

  #set(at: number, timeMs: number, order: number, payload: number): void {
    this.#times[at] = timeMs;
    this.#orders[at] = order;
    this.#payloads[at] = payload;
  }

  #grow(): void {
    this.#times = wider(this.#times);
    this.#orders = wider(this.#orders);
    this.#payloads = wider(this.#payloads);
  }
}

function wider(list: Float64Array): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(list.length * 2);
  copy.set(list);
  return copy;
}
