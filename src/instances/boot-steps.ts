import type { Report } from "../progress.ts";

const labels = ["boot", "mount"] as const;

/** The states of the agent as steps for a person: booting and mounting take time, what follows is another story. */
export function bootSteps(report: Report) {
  let current = -1;

  function finish(state: "done" | "failed") {
    const label = labels[current];
    if (label) report({ kind: "step", id: label, label, state });
  }

  return {
    /** The agent is at `state`: earlier steps are done. */
    reach(state: string): void {
      const next = state === "booting" ? 0 : state === "mounting" ? 1 : labels.length;
      if (next <= current || state === "failed" || state === "interrupted") return;
      finish("done");
      current = next;
      const label = labels[current];
      if (label) report({ kind: "step", id: label, label, state: "started" });
    },
    fail(): void {
      finish("failed");
    },
  };
}
