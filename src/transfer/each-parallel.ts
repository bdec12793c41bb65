/**
 * Runs `work` for each item, at most `limit` at once, and takes an item only when there is a hand for it. After the
 * first failure no item is taken any more; it is thrown once all that run have ended.
 */
export async function eachParallel<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const failures: unknown[] = [];
  let isOver = false;
  const hand = async () => {
    while (!isOver) {
      try {
        const next = await iterator.next();
        if (next.done) isOver = true;
        else await work(next.value);
      } catch (error) {
        isOver = true;
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, hand));
  await iterator.return?.();
  if (failures.length > 0) throw failures[0];
}
