import { RunctlError } from "../../../errors.ts";
import type { Parser } from "../../parser.ts";
import { decimal, duration } from "../../parsers.ts";
import { positive } from "../../quantity-parsers.ts";

/** When a checkpoint is taken; an interval in ms. */
export type CheckpointWord = number | (typeof words)[number];

const words = ["young", "daly", "age-dependent", "on-notice", "lossless"] as const;

export const checkpointPolicy: Parser<CheckpointWord> = (word) => {
  const known = words.find((one) => one === word);
  if (known) return known;
  if (/^\d/.test(word)) return positive(duration)(word);
  throw new RunctlError(
    "USAGE",
    `'${word}' is not an interval such as 15m nor one of ${words.join(", ")}`,
  );
};

/** From 0 to 1. */
export const share: Parser<number> = (word) => {
  const value = decimal(word);
  if (value <= 1) return value;
  throw new RunctlError("USAGE", `'${word}' is not between 0 and 1`);
};
