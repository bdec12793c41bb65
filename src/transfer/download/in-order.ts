/** Hands on what comes in any order in the order of its numbers, from 0 on. */
export interface InOrder<Item> {
  /** Undefined: the number is taken, and there is nothing to hand on. */
  put(index: number, item: Item | undefined): void;
  /** Resolves when at most `most` items wait for those before them: an endless wait would fill the memory. */
  room(most: number): Promise<void> | undefined;
}

export function createInOrder<Item>(next: (item: Item) => void): InOrder<Item> {
  const early = new Map<number, Item | undefined>();
  let expected = 0;
  let waiting: { most: number; go: () => void }[] = [];
  return {
    put(index, item) {
      early.set(index, item);
      while (early.has(expected)) {
        const ready = early.get(expected);
        early.delete(expected);
        expected += 1;
        if (ready !== undefined) next(ready);
      }
      if (waiting.length === 0) return;
      const free = waiting.filter(({ most }) => early.size <= most);
      waiting = waiting.filter(({ most }) => early.size > most);
      for (const { go } of free) go();
    },
    room: (most) =>
      early.size <= most
        ? undefined
        : new Promise<void>((resolve) => void waiting.push({ most, go: resolve })),
  };
}
