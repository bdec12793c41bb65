import { inOneLine } from "./printable.ts";

/** What a command would do: its result under `--dry-run`. */
export interface DryRun {
  dryRun: true;
  /** One sentence for each thing that would be done, in order. */
  plan: readonly string[];
  /** What would be left out, where that changes the exit code. */
  refused?: readonly { name: string; reason: string }[];
}

export const dryRun = (plan: readonly string[]): DryRun => ({ dryRun: true, plan });

export function isDryRun(result: unknown): result is DryRun {
  return typeof result === "object" && result !== null && "dryRun" in result;
}

export function renderDryRun({ plan }: DryRun): string {
  if (plan.length === 0) return "would do nothing";
  return ["would, without --dry-run:", ...plan.map((line) => `  ${inOneLine(line)}`)].join("\n");
}
