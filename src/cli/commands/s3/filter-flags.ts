import type { FilterRule } from "../../../transfer/name-filter.ts";
import { type Flag, repeated } from "../../define-command.ts";

/** A rule and its place on the command line: the order over both flags decides which one is the last that matches. */
export interface PlacedRule extends FilterRule {
  position: number;
}

const rule = (kind: FilterRule["kind"], description: string): Flag<PlacedRule[]> =>
  repeated((pattern, position = 0) => ({ kind, pattern, position }), description, "GLOB");

/** The same for downloads and uploads. */
export const filterFlags = {
  exclude: rule(
    "exclude",
    "leave out what matches, such as '*.tmp'; the last rule that matches wins",
  ),
  include: rule("include", "take what matches, after an --exclude that left it out"),
};

export function rulesInOrder(input: { exclude: PlacedRule[]; include: PlacedRule[] }) {
  return [...input.exclude, ...input.include].toSorted((a, b) => a.position - b.position);
}
