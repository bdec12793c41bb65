/** One line that `demo/training/train.ts` prints. */
export interface TrainingEvent {
  event: "start" | "step" | "saved" | "sigterm" | "done";
  /** Milliseconds since 1970. */
  at: number;
  step: number;
  accuracy?: number;
}

/** The events among the lines of a log; a line that was cut is left out. */
export function parseTrainingLog(log: string): TrainingEvent[] {
  return log.split("\n").flatMap((line) => {
    // On the console another program's words may stand before it.
    const text = line.slice(Math.max(0, line.indexOf('{"event"')));
    try {
      const value = JSON.parse(text) as TrainingEvent;
      return typeof value.event === "string" && typeof value.at === "number" ? [value] : [];
    } catch {
      return [];
    }
  });
}

/** The highest step that was reached; undefined before the first. */
export function lastStep(events: readonly TrainingEvent[]): number | undefined {
  const steps = events.filter(({ event }) => event !== "start").map(({ step }) => step);
  return steps.length === 0 ? undefined : Math.max(...steps);
}

export function firstEvent(
  events: readonly TrainingEvent[],
  kind: TrainingEvent["event"],
): TrainingEvent | undefined {
  return events.find(({ event }) => event === kind);
}
