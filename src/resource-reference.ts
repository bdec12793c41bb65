import { RunctlError } from "./errors.ts";

const prefixes = { volume: "vol", snapshot: "snap", instance: "i", image: "ami" } as const;

export type ResourceKind = keyof typeof prefixes;

type ResourceId<Kind extends ResourceKind> = `${(typeof prefixes)[Kind]}-${string}`;

/** A resource as the user named it: by its id, or by the name of an owned one. */
export type Reference<Kind extends ResourceKind> =
  | { by: "id"; id: ResourceId<Kind> }
  | { by: "name"; name: string };

/** Words that stand where a name could: a resource called so could not be told from the subcommand. */
const subcommands = new Set(
  (
    "list show create attach detach modify delete pre-warm verify snapshot prune schedule restore clone monitor cleanup " +
    "setup logs stop terminate exec ssh ami ebs help"
  ).split(" "),
);

/**
 * Reads an id or a name. Nothing that looks like an id of the wrong form ever reaches AWS.
 *
 * @throws RunctlError INVALID_ID for a malformed id or one of another kind, USAGE for what can be no name.
 */
export function parseReference<Kind extends ResourceKind>(
  kind: Kind,
  word: string,
): Reference<Kind> {
  const claimed = Object.entries(prefixes).find(([, prefix]) => word.startsWith(`${prefix}-`));
  if (!claimed) return { by: "name", name: parseName(word) };

  const hint = `${article(kind)} id is ${prefixes[kind]}- and 8 or 17 hex digits`;
  if (!/^[a-z]+-([0-9a-f]{8}|[0-9a-f]{17})$/.test(word))
    throw new RunctlError("INVALID_ID", `'${word}' is not the id of ${article(claimed[0])}`, {
      hint,
    });
  if (claimed[0] !== kind)
    throw new RunctlError(
      "INVALID_ID",
      `'${word}' is the id of ${article(claimed[0])}, not of ${article(kind)}`,
      { hint },
    );
  return { by: "id", id: word as ResourceId<Kind> };
}

/**
 * Reads the name of a resource: 1 to 64 of `A-Z a-z 0-9 . _ -`.
 *
 * @throws RunctlError USAGE for other characters, for a subcommand's word and for what looks like an id.
 */
export function parseName(word: string): string {
  const hint = "a name has 1 to 64 letters, digits, dots, underscores and hyphens";
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(word))
    throw new RunctlError("USAGE", `'${word}' is not a name`, { hint });
  if (subcommands.has(word))
    throw new RunctlError("USAGE", `'${word}' is a subcommand and cannot be a name`, { hint });
  if (Object.values(prefixes).some((prefix) => word.startsWith(`${prefix}-`)))
    throw new RunctlError("USAGE", `the name '${word}' looks like an id`, { hint });
  return word;
}

function article(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}
