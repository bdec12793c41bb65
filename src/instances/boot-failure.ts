/**
 * Why the boot script ended the instance, in its own words; undefined where the console does not say so.
 *
 * @param text of the console; `bootstrap.sh` begins its lines with `runctl: `.
 */
export function bootFailure(text: string): string | undefined {
  const said = [...text.matchAll(/^runctl: (.*?)\s*$/gm)].map(([, words = ""]) => words);
  const [cause, end] = [said.at(-2), said.at(-1)?.replace(/: power off$/, "")];
  if (end === undefined || end === said.at(-1)) return undefined;
  const isOwn = !end.startsWith("FAILED: ") || cause === undefined;
  return isOwn ? end : `${end.slice("FAILED: ".length)}: ${cause}`;
}
