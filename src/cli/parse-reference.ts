import { parseName, parseReference } from "../resource-reference.ts";
import type { Parser } from "./parser.ts";

/** The id or name of a volume, as it stands; a malformed id is refused before AWS is asked. */
export const volumeWord: Parser<string> = (word) => {
  parseReference("volume", word);
  return word;
};

/** The id or name of an instance, as it stands. */
export const instanceWord: Parser<string> = (word) => {
  parseReference("instance", word);
  return word;
};

/** A name for something new. */
export const newName: Parser<string> = parseName;
