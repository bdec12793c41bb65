export type InTurn = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/** Runs work of the same key one piece after the other, in the order of the calls. */
export function createTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const result = (last.get(key) ?? Promise.resolve()).then(work);
    const settled = result.catch(() => undefined);
    last.set(key, settled);
    return result;
  };
}
