import type { Command } from "../define-command.ts";

/** A word of the command line: a group of words, or a command whose module loads when it is typed. */
export interface Branch {
  summary: string;
  /** The command of this very word, as in `aws ebs snapshot vol-…`. */
  load?: () => Promise<Command>;
  words?: Readonly<Record<string, Branch>>;
  /** Part of the product that is still to come: refused, never guessed at. What does it until then, or nothing. */
  notYet?: { meanwhile: string | undefined };
}

export const notYet = (summary: string, meanwhile?: string): Branch => ({
  summary: `${summary} (not yet)`,
  notYet: { meanwhile },
});
