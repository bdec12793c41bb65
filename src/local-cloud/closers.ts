export interface Closers {
  add(close: () => unknown): void;
  /** Last opened, first closed; all of them, even if one fails. @throws the first failure. */
  closeAll(): Promise<void>;
}

export function createClosers(): Closers {
  const closers: Array<() => unknown> = [];
  return {
    add: (close) => void closers.push(close),
    async closeAll() {
      const failures: unknown[] = [];
      for (let close = closers.pop(); close; close = closers.pop()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
