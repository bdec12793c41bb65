import { originalName } from "./compressed-form.ts";

/** `--include` or `--exclude` with its pattern. */
export interface FilterRule {
  kind: "include" | "exclude";
  /** `*` any characters, slashes too; `?` one; `[a-z]` one of these; `[!a-z]` one of the others. */
  pattern: string;
}

/** True for a path (with `/`, relative to the prefix or the directory) that takes part in the transfer. */
export type NameFilter = (path: string) => boolean;

/**
 * As `aws s3` reads its filters ("Use of Exclude and Include Filters", AWS CLI Command Reference, s3): every path
 * takes part at first, the rules are looked at in the order in which they were typed, and the last that matches wins.
 */
export function nameFilter(rules: readonly FilterRule[]): NameFilter {
  const compiled = compile(rules);
  return (path) => compiled.findLast(({ matches }) => matches(path))?.kind !== "exclude";
}

/**
 * The same for the paths of objects, which have two names where `upload --compress` stored them: a rule that matches
 * `a.txt` matches `a.txt.zst` as well. Only a request for each would tell who made a `.zst`, so it goes by the name.
 */
export function objectFilter(rules: readonly FilterRule[]): NameFilter {
  const compiled = compile(rules);
  return (path) => {
    const names = [path, originalName(path) ?? path];
    return compiled.findLast(({ matches }) => names.some(matches))?.kind !== "exclude";
  };
}

const compile = (rules: readonly FilterRule[]) =>
  rules.map(({ kind, pattern }) => ({ kind, matches: globMatcher(pattern) }));

type Token = { star: true } | { star: false; fits: (char: string) => boolean };

/** Never worse than the product of both lengths, which a regular expression with several stars is. */
function globMatcher(pattern: string): (text: string) => boolean {
  const tokens = tokensOf(pattern);
  return (text) => {
    const chars = Array.from(text);
    let at = 0;
    let token = 0;
    let lastStar = -1;
    let starAt = 0;
    while (at < chars.length) {
      const wanted = tokens[token];
      if (wanted?.star) {
        lastStar = token;
        starAt = at;
        token += 1;
      } else if (wanted?.fits(chars[at]!)) {
        at += 1;
        token += 1;
      } else if (lastStar >= 0) {
        // The last star takes one character more.
        starAt += 1;
        at = starAt;
        token = lastStar + 1;
      } else return false;
    }
    while (tokens[token]?.star) token += 1;
    return token === tokens.length;
  };
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const chars = Array.from(pattern);
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at]!;
    const end = char === "[" ? endOfSet(chars, at) : -1;
    if (char === "*") tokens.push({ star: true });
    else if (char === "?") tokens.push({ star: false, fits: () => true });
    else if (end > 0) {
      tokens.push({ star: false, fits: setOf(chars.slice(at + 1, end)) });
      at = end;
    } else tokens.push({ star: false, fits: (other) => other === char });
  }
  return tokens;
}

/** Index of the `]`; a first one belongs to the set. -1: the bracket stands for itself. */
function endOfSet(chars: readonly string[], open: number): number {
  return chars.indexOf("]", open + (chars[open + 1] === "!" ? 3 : 2));
}

function setOf(chars: readonly string[]): (char: string) => boolean {
  const isNegated = chars[0] === "!";
  const members = isNegated ? chars.slice(1) : chars;
  const ranges: [from: number, to: number][] = [];
  for (let at = 0; at < members.length; at += 1) {
    const isRange = members[at + 1] === "-" && at + 2 < members.length;
    const last = isRange ? members[at + 2]! : members[at]!;
    ranges.push([members[at]!.codePointAt(0)!, last.codePointAt(0)!]);
    if (isRange) at += 2;
  }
  return (char) => {
    const code = char.codePointAt(0)!;
    return ranges.some(([from, to]) => code >= from && code <= to) !== isNegated;
  };
}
