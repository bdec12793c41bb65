import { join } from "node:path";
import { RunctlError } from "../../../errors.ts";
import { isDirectory } from "../../../transfer/look-at.ts";
import type { FilterRule } from "../../../transfer/name-filter.ts";
import { type Flag, repeated } from "../../define-command.ts";

/** A rule and its place on the command line: the order over both flags decides which one is the last that matches. */
export interface PlacedRule extends FilterRule {
  position: number;
}

const rule = (kind: FilterRule["kind"], description: string): Flag<PlacedRule[]> =>
  repeated(
    (word, position = 0) => ({ kind, pattern: filePattern(word), position }),
    description,
    "GLOB",
  );

/** A rule that matches nothing protects nothing: with --delete that costs files. `*\/` is every empty directory. */
function filePattern(pattern: string): string {
  if (!/^\.?\/|[^*]\/$/.test(pattern)) return pattern;
  const bare = pattern.replace(/^(\.?\/)+/, "");
  const below = bare.endsWith("/") ? `${bare}*` : bare;
  throw new RunctlError(
    "USAGE",
    `'${pattern}' matches no file: names have no slash at their ends`,
    {
      hint: `for what is below a directory: '${below || "*"}'`,
    },
  );
}

/** The same for downloads and uploads. */
export const filterFlags = {
  exclude: rule(
    "exclude",
    "leave out what matches, such as '*.tmp' or 'tmp/*'; the last rule that matches wins",
  ),
  include: rule("include", "take what matches, after an --exclude that left it out"),
};

/**
 * @param directory the local side: a rule that is the name of a directory there means what is below it.
 * @throws RunctlError USAGE for such a rule, which would match no file.
 */
export function rulesInOrder(
  input: { exclude: PlacedRule[]; include: PlacedRule[] },
  directory: string,
): PlacedRule[] {
  const rules = [...input.exclude, ...input.include];
  for (const { kind, pattern } of rules) {
    if (!isDirectory(join(directory, pattern))) continue;
    throw new RunctlError("USAGE", `--${kind}: '${pattern}' is a directory, and matches no file`, {
      hint: `for what is below it: --${kind} '${pattern}/*'`,
    });
  }
  return rules.toSorted((a, b) => a.position - b.position);
}
