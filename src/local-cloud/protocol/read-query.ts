import type { NormalizedSchema } from "@smithy/core/schema";
import { ApiError } from "../call.ts";
import { readScalar } from "./read-scalar.ts";
import { requireMembers } from "./required-members.ts";

/** What EC2 Query and awsQuery do differently. */
export interface QueryDialect {
  /** How a member is spelled in a request. */
  memberKey(name: string, schema: NormalizedSchema): string;
  /** What stands between a list's name and the number of the entry; undefined: nothing (`Name.1`). */
  listInfix(schema: NormalizedSchema): string | undefined;
}

/** `A.B.1=x` as a tree: each dot is a level. */
interface ParameterTree {
  text: string | undefined;
  children: Map<string, ParameterTree>;
}

/** Members of every query request that are not part of the operation's input. */
const envelope = new Set(["Action", "Version"]);

/** The typed input of an operation from the parameters of a query request. */
export function readQuery(
  parameters: URLSearchParams,
  schema: NormalizedSchema,
  dialect: QueryDialect,
): unknown {
  const root = emptyTree();
  for (const [name, text] of parameters) {
    if (envelope.has(name)) continue;
    let tree = root;
    for (const part of name.split(".")) {
      const child = tree.children.get(part) ?? emptyTree();
      tree.children.set(part, child);
      tree = child;
    }
    tree.text = text;
  }
  return readStructure(schema, root, "", dialect);
}

function emptyTree(): ParameterTree {
  return { text: undefined, children: new Map() };
}

function readValue(
  schema: NormalizedSchema,
  tree: ParameterTree,
  path: string,
  dialect: QueryDialect,
): unknown {
  if (schema.isStructSchema()) return readStructure(schema, tree, path, dialect);
  if (schema.isListSchema()) return readList(schema, tree, path, dialect);
  if (schema.isMapSchema()) return readMap(schema, tree, path, dialect);
  refuseUnknown(tree, path, []);
  return readScalar(schema, tree.text ?? "", path);
}

function readStructure(
  schema: NormalizedSchema,
  tree: ParameterTree,
  path: string,
  dialect: QueryDialect,
): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const keys = new Map<string, string>();
  for (const [name, member] of schema.structIterator()) {
    const key = dialect.memberKey(name, member);
    keys.set(name, key);
    const child = tree.children.get(key);
    if (child) value[name] = readValue(member, child, join(path, key), dialect);
  }
  refuseUnknown(tree, path, [...keys.values()]);
  requireMembers(schema, value, (name) => join(path, keys.get(name) ?? name));
  return value;
}

function readList(
  schema: NormalizedSchema,
  tree: ParameterTree,
  path: string,
  dialect: QueryDialect,
): unknown[] {
  // An empty list is sent as `Name=`.
  if (tree.children.size === 0) return [];
  const infix = dialect.listInfix(schema);
  const entries = infix === undefined ? tree : tree.children.get(infix);
  if (infix !== undefined) refuseUnknown(tree, path, [infix]);
  const place = infix === undefined ? path : join(path, infix);
  return numbered(entries ?? emptyTree(), place).map(([number, child]) =>
    readValue(schema.getValueSchema(), child, join(place, number), dialect),
  );
}

/** Maps are lists of entries: `Name.entry.1.key=…&Name.entry.1.value=…`. */
function readMap(
  schema: NormalizedSchema,
  tree: ParameterTree,
  path: string,
  dialect: QueryDialect,
): Record<string, unknown> {
  refuseUnknown(tree, path, ["entry"]);
  const place = join(path, "entry");
  const entries = numbered(tree.children.get("entry") ?? emptyTree(), place).map(
    ([number, child]) => {
      const [key, value] = [child.children.get("key"), child.children.get("value")];
      const at = join(join(place, number), "value");
      return [
        key?.text ?? "",
        readValue(schema.getValueSchema(), value ?? emptyTree(), at, dialect),
      ];
    },
  );
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function numbered(tree: ParameterTree, path: string): Array<[string, ParameterTree]> {
  for (const key of tree.children.keys()) {
    if (!/^\d+$/.test(key)) throw unknownParameter(join(path, key));
  }
  return [...tree.children].toSorted(([left], [right]) => Number(left) - Number(right));
}

function refuseUnknown(tree: ParameterTree, path: string, known: readonly string[]): void {
  for (const key of tree.children.keys()) {
    if (!known.includes(key)) throw unknownParameter(join(path, key));
  }
}

function unknownParameter(path: string): ApiError {
  return new ApiError("UnknownParameter", `The parameter ${path} is not recognized`);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
