import { closest } from "../closest.ts";

/** What other programs call it. */
const synonyms: Readonly<Record<string, string>> = {
  "--az": "--availability-zone",
  "--image": "--ami",
  "--image-id": "--ami",
  "--mount": "--mount-point",
  "--volume-size": "--size",
};

/**
 * The flag that an unknown one may mean, such as `--availability-zone` for `--zone`.
 *
 * @param known flags with their dashes.
 */
export function nearestFlag(unknown: string, known: readonly string[]): string | undefined {
  const synonym = Object.hasOwn(synonyms, unknown) ? synonyms[unknown] : undefined;
  if (synonym && known.includes(synonym)) return synonym;
  // --zone is short for --availability-zone, before it is a slip of --role.
  const longer = known.find((flag) => flag.endsWith(unknown.slice(1)));
  if (longer) return longer;
  // The dashes are no letters that could be right: --az is no slip of --fs.
  const near = closest(
    unknown.slice(2),
    known.map((flag) => flag.slice(2)),
  );
  return near && `--${near}`;
}
