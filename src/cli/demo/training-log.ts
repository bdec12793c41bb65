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
    const text = line.slice(Math.max(0, line.indexOf('{"event"')));
    try {
      const value = JSON.parse(text) as TrainingEvent;
      return typeof value.event === "string" && typeof value.at === "number" ? [value] : [];
    } catch {
      return [];
    }
  });
}

export function lastStep(events: readonly TrainingEvent[]): number | undefined {
  return events.findLast(({ event }) => event !== "start")?.step;
}

export function firstEvent(
  events: readonly TrainingEvent[],
  kind: TrainingEvent["event"],
): TrainingEvent | undefined {
  return events.find(({ event }) => event === kind);
}
