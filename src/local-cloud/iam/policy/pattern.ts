/** What a request says about itself; keys are lower-case, values always lists. */
export type Context = ReadonlyMap<string, readonly string[]>;

/** Text of a policy with its variables filled in: `*` and `?` of the policy are still wildcards, those of values are not. */
export interface Pattern {
  parts: ReadonlyArray<{ kind: "text"; text: string } | { kind: "any" } | { kind: "one" }>;
}

const token = /\$\{([^}]*)\}|\*|\?|[^*?$]+|\$/g;

/**
 * Fills `${aws:username}`, `${key, 'default'}`, `${*}`, `${?}` and `${$}`.
 *
 * @returns undefined when a variable has no value in this request: what holds it matches nothing.
 * @see IAM user guide, "IAM policy elements: Variables and tags".
 */
export function fillPattern(text: string, context: Context): Pattern | undefined {
  const parts: Array<Pattern["parts"][number]> = [];
  for (const [word, variable] of text.matchAll(token)) {
    if (variable !== undefined) {
      const value = valueOf(variable, context);
      if (value === undefined) return undefined;
      parts.push({ kind: "text", text: value });
    } else if (word === "*") parts.push({ kind: "any" });
    else if (word === "?") parts.push({ kind: "one" });
    else parts.push({ kind: "text", text: word });
  }
  return { parts };
}

function valueOf(variable: string, context: Context): string | undefined {
  if (variable === "*" || variable === "?" || variable === "$") return variable;
  const [key = "", fallback] = variable.split(/,\s*/, 2);
  const values = context.get(key.trim().toLowerCase());
  // A variable stands for one value: a list of several has none.
  if (values?.length === 1) return values[0];
  return fallback === undefined ? undefined : fallback.trim().replace(/^'(.*)'$/, "$1");
}

/** The pattern as plain text, its wildcards taken literally (for `StringEquals`). */
export function literal(pattern: Pattern): string {
  const wildcards = { any: "*", one: "?" };
  return pattern.parts
    .map((part) => (part.kind === "text" ? part.text : wildcards[part.kind]))
    .join("");
}

export function matchesPattern(pattern: Pattern, text: string): boolean {
  return expression(pattern).test(text);
}

/**
 * As ARNs are compared: each of the six parts by itself, so that a `*` does not reach over a colon,
 * but for the last part, which may hold colons of its own.
 *
 * @see IAM user guide, "IAM JSON policy elements: Resource" (wildcards cannot span segments).
 */
export function matchesArn(pattern: Pattern, arn: string): boolean {
  if (literal(pattern) === "*") return true;
  const [patterns, texts] = [splitParts(pattern), arn.split(":")];
  if (patterns.length < 6 || texts.length < 6) return false;
  const last = texts.slice(5).join(":");
  return [...texts.slice(0, 5), last].every((text, index) =>
    matchesPattern(patterns[index] ?? { parts: [] }, text),
  );
}

function splitParts(pattern: Pattern): Pattern[] {
  const pieces: Array<Array<Pattern["parts"][number]>> = [[]];
  for (const part of pattern.parts) {
    const texts = part.kind === "text" ? part.text.split(":") : [];
    if (part.kind !== "text") pieces.at(-1)?.push(part);
    for (const [index, text] of texts.entries()) {
      const canSplit = index > 0 && pieces.length < 6;
      if (canSplit) pieces.push([]);
      const separator = index > 0 && !canSplit ? ":" : "";
      pieces.at(-1)?.push({ kind: "text", text: separator + text });
    }
  }
  return pieces.map((parts) => ({ parts }));
}

function expression(pattern: Pattern): RegExp {
  const source = pattern.parts.map((part) => {
    if (part.kind === "any") return "[^]*";
    if (part.kind === "one") return "[^]";
    return part.text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  });
  return new RegExp(`^${source.join("")}$`);
}
