/** The words as a POSIX shell wants them typed. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (isPlain.test(word) ? word : `'${quoted(word)}'`)).join(" ");
}

const isPlain = /^[A-Za-z0-9_@%+=:,./-]+$/;
const quoted = (word: string) => word.replaceAll("'", String.raw`'\''`);
