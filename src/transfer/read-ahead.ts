/**
 * Runs `source` up to `count` items ahead of whoever reads it, from now on. A failure is thrown to the reader when it
 * gets there; one that nobody reads any more is dropped.
 */
export function readAhead<Item>(
  source: AsyncGenerator<Item, void>,
  count: number,
): AsyncGenerator<Item, void> {
  const ready: Promise<IteratorResult<Item, void>>[] = [];
  let isOver = false;
  // Only the next read is under way: a generator takes its calls in turn, whatever is asked.
  const fill = () => {
    if (isOver || ready.length >= count) return;
    const next = source.next();
    ready.push(next);
    next.then(noteEnd, () => void (isOver = true));
  };
  const noteEnd = (result: IteratorResult<Item, void>): void => {
    isOver ||= result.done === true;
    fill();
  };
  fill();
  return (async function* read() {
    try {
      for (;;) {
        fill();
        const next = ready.shift();
        if (!next) return;
        const result = await next;
        if (result.done) return;
        yield result.value;
      }
    } finally {
      isOver = true;
      await source.return();
    }
  })();
}
