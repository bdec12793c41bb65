import { createHash } from "node:crypto";

/** What someone asked for: the same request gives the same operation, whoever's process runs it. */
export interface OperationRequest {
  accountId: string;
  region: string;
  /** Such as `ebs create`. */
  command: string;
  /** Normalised arguments, plain JSON; the order of keys and members that are undefined do not matter. */
  args: unknown;
}

/** 32 hex digits that name an operation; the value of the tag `runctl:op`. */
export function operationHash(request: OperationRequest): string {
  return digest(canonicalJson(request)).slice(0, 32);
}

/** What tells apart the resources that one operation asks for. */
export interface TokenParts {
  /** Results of the operation that are finished or gone: running it again after that is a new resource. */
  count: number;
  /** Volume or instance type. */
  type: string;
  zone: string;
}

/** The ClientToken of one call, 64 ASCII characters as AWS allows at most ("Ensuring idempotency in Amazon EC2 API requests"). */
export function clientToken(op: string, parts: TokenParts): string {
  return digest(canonicalJson({ op, ...parts }));
}

/** JSON with sorted keys. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(
      Object.entries(member).toSorted(([left], [right]) => (left < right ? -1 : 1)),
    );
  });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
