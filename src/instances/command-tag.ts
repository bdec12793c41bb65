import { shellLine } from "../shell-line.ts";

/** What a tag takes everywhere in AWS ("Tag naming limits and requirements"), but for the `@` that this file gives a meaning. */
const plain = /[\p{L}\p{Z}\p{N}_.:/=+-]/u;
const mostCharacters = 256;

/**
 * The command as a person would type it, in the characters of a tag: any other stands as `@` and two hex digits for
 * each of its bytes. A longer one is cut.
 */
export function commandTag(command: readonly string[]): string {
  let value = "";
  for (const character of shellLine(command)) {
    const next = plain.test(character) ? character : escaped(character);
    if (value.length + next.length > mostCharacters - 3) return `${value.trimEnd()}...`;
    value += next;
  }
  return value;
}

/** What `commandTag` was given, as a line for the shell. */
export function readCommandTag(value: string): string {
  return value.replaceAll(/(?:@[0-9a-f]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll("@", ""), "hex").toString(),
  );
}

function escaped(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `@${byte.toString(16).padStart(2, "0")}`)
    .join("");
}
