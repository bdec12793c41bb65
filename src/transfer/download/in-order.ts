/** Hands on what comes in any order in the order of its numbers, from 0 on. */
export interface InOrder<Item> {
  /** Undefined: the number is taken, and there is nothing to hand on. */
  put(index: number, item: Item | undefined): void;
  /** Undefined: few enough wait for those before them; else a promise for that. */
  room(): Promise<void> | undefined;
}

/** @param mostEarly items that wait for those before them; where more came early, whoever brings them waits for room. */
export function createInOrder<Item>(mostEarly: number, next: (item: Item) => void): InOrder<Item> {
  const early = new Map<number, Item | undefined>();
  let expected = 0;
  const waiting: (() => void)[] = [];
  return {
    put(index, item) {
      early.set(index, item);
      while (early.has(expected)) {
        const ready = early.get(expected);
        early.delete(expected);
        expected += 1;
        if (ready !== undefined) next(ready);
      }
      if (early.size > mostEarly) return;
      for (const go of waiting.splice(0)) go();
    },
    room: () =>
      early.size <= mostEarly
        ? undefined
        : new Promise<void>((resolve) => void waiting.push(resolve)),
  };
}
