import { createHash } from "node:crypto";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { invalidValue } from "./errors.ts";

/** "Ensuring idempotency in Amazon EC2 API requests": case-sensitive, at most 64 ASCII characters. */
const tokenForm = /^[\x20-\x7e]{1,64}$/;

/**
 * What an earlier request with the same token made; undefined for a first request or one without token.
 *
 * @throws ApiError IdempotentParameterMismatch when the earlier request had other parameters.
 */
export function findEarlierResult(
  ec2: Ec2,
  action: string,
  input: { ClientToken?: string | undefined },
): readonly string[] | undefined {
  const { ClientToken } = input;
  if (ClientToken === undefined || ClientToken === "") return undefined;
  if (!tokenForm.test(ClientToken)) {
    throw invalidValue("clientToken", ClientToken, "It must be at most 64 ASCII characters.");
  }
  const earlier = ec2.clientTokens.get(keyOf(action, ClientToken));
  if (earlier && earlier.parameters !== hashOf(input)) {
    throw new ApiError(
      "IdempotentParameterMismatch",
      "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    );
  }
  return earlier?.resourceIds;
}

/** Belongs into the transaction that makes the resources. */
export function rememberResult(
  ec2: Ec2,
  action: string,
  input: { ClientToken?: string | undefined },
  resourceIds: readonly string[],
): void {
  if (!input.ClientToken) return;
  ec2.clientTokens.put(keyOf(action, input.ClientToken), {
    parameters: hashOf(input),
    resourceIds,
  });
}

const keyOf = (action: string, token: string): string => `${action} ${token}`;

function hashOf(input: object): string {
  const { DryRun: _dryRun, ...parameters } = input as Record<string, unknown>;
  return createHash("sha256").update(canonical(parameters)).digest("hex");
}

/** JSON with sorted keys, so that equal parameters are equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    if (member instanceof Date) return member.toISOString();
    return Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
