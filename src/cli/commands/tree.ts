import type { Command } from "../define-command.ts";

/** A word of the command line: a group of words, or a command whose module loads when it is typed. */
export interface Branch {
  summary: string;
  /** The command of this very word, as in `aws ebs snapshot vol-…`. */
  load?: () => Promise<Command>;
  words?: Readonly<Record<string, Branch>>;
  /** Part of the product that is still to come: refused, never guessed at. */
  notYet?: true;
}

export const notYet = (summary: string): Branch => ({ summary, notYet: true });
