/** Work that goes on after the API has answered: disks made, machines booted, timers. */
export interface Background {
  /** Runs `work` for `key`, one at a time per key. While one runs, a further call makes it run once more. */
  drive(key: string, work: () => Promise<void>): void;
  /** Resolves when nothing runs. A sleeping work counts as running. */
  idle(): Promise<void>;
}

/** @param onError a bug or a broken host: the key and what was thrown. */
export function createBackground(
  signal: AbortSignal,
  onError: (key: string, error: unknown) => void,
): Background {
  const running = new Map<string, { again: boolean; done: Promise<void> }>();

  async function runUntilQuiet(key: string, entry: { again: boolean }, work: () => Promise<void>) {
    do {
      entry.again = false;
      try {
        await work();
      } catch (error) {
        if (signal.aborted) break;
        onError(key, error);
      }
    } while (entry.again && !signal.aborted);
    running.delete(key);
  }

  return {
    drive(key, work) {
      if (signal.aborted) return;
      const present = running.get(key);
      if (present) {
        present.again = true;
        return;
      }
      const entry = { again: false, done: Promise.resolve() };
      running.set(key, entry);
      entry.done = runUntilQuiet(key, entry, work);
    },
    async idle() {
      while (running.size > 0) await Promise.all([...running.values()].map((one) => one.done));
    },
  };
}
