/** What long work says about itself. Domain code reports; only `cli` writes to the terminal. */
export type ProgressEvent =
  /** A step began, ended or was not needed. `id` joins the events of one step. */
  | {
      kind: "step";
      id: string;
      label: string;
      state: "started" | "done" | "failed" | "skipped";
      detail?: string;
    }
  /** How far the step `id` is. */
  | {
      kind: "amount";
      id: string;
      done: number;
      total: number | undefined;
      unit: "bytes" | "objects" | "percent";
      /** Shown instead of the numbers, also as a line of its own now and then where nothing is redrawn. */
      text?: string;
    }
  /** A sentence that the user should read: a price, a default that was chosen, a warning. */
  | { kind: "note"; text: string };

export type Report = (event: ProgressEvent) => void;

/** Runs `work` as one reported step. */
export async function step<Result>(
  report: Report,
  label: string,
  work: () => Promise<Result>,
  detail?: (result: Result) => string,
): Promise<Result> {
  const id = label;
  report({ kind: "step", id, label, state: "started" });
  try {
    const result = await work();
    const text = detail?.(result);
    report({ kind: "step", id, label, state: "done", ...(text ? { detail: text } : {}) });
    return result;
  } catch (error) {
    report({ kind: "step", id, label, state: "failed" });
    throw error;
  }
}
