import type { NormalizedSchema } from "@smithy/core/schema";
import { ApiError } from "../call.ts";

/** Where a structure's schema keeps its member names, and how many of them, the first ones, are required. */
const memberNamesAt = 4;
const requiredCountAt = 6;

/**
 * @param nameOf how the protocol spells a member, for the message.
 * @throws ApiError MissingParameter naming the first required member that `value` lacks.
 */
export function requireMembers(
  schema: NormalizedSchema,
  value: Readonly<Record<string, unknown>>,
  nameOf: (member: string) => string,
): void {
  const raw: unknown = schema.getSchema();
  if (!Array.isArray(raw)) return;
  const names = raw[memberNamesAt] as readonly string[];
  const count = (raw[requiredCountAt] as number | undefined) ?? 0;
  for (const name of names.slice(0, count)) {
    // A client that sends no idempotency token does without idempotency.
    if (value[name] !== undefined || schema.getMemberSchema(name).isIdempotencyToken()) continue;
    const message = `The request must contain the parameter ${nameOf(name)}`;
    throw new ApiError("MissingParameter", message);
  }
}
