import { conditionHolds } from "./condition-operator.ts";
import { type Context, fillPattern, matchesArn, matchesPattern } from "./pattern.ts";
import type { Patterns, Policy, Statement } from "./policy-document.ts";

/** One request in the words of a policy. */
export interface PolicyQuestion {
  /** Such as `ec2:AttachVolume`; case does not matter. */
  action: string;
  /** An ARN, or `*`: then only a statement about every resource applies. */
  resource: string;
  context: Context;
}

export type PolicyDecision = "allowed" | "explicit-deny" | "implicit-deny";

/**
 * What identity-based policies say together: one Deny outweighs every Allow, and silence is a no.
 *
 * @see IAM user guide, "Policy evaluation logic".
 */
export function evaluatePolicies(
  policies: readonly Policy[],
  question: PolicyQuestion,
): PolicyDecision {
  const effects = policies
    .flatMap((policy) => policy.statements)
    .filter((statement) => applies(statement, question))
    .map((statement) => statement.effect);
  if (effects.includes("Deny")) return "explicit-deny";
  return effects.includes("Allow") ? "allowed" : "implicit-deny";
}

function applies(statement: Statement, { action, resource, context }: PolicyQuestion): boolean {
  return (
    matchesAction(statement.actions, action) &&
    matchesResource(statement.resources, resource, context) &&
    statement.conditions.every((condition) => conditionHolds(condition, context))
  );
}

function matchesAction({ isNegated, patterns }: Patterns, action: string): boolean {
  const wanted = action.toLowerCase();
  const matches = patterns.some((text) => {
    const pattern = fillPattern(text.toLowerCase(), noContext);
    return pattern !== undefined && matchesPattern(pattern, wanted);
  });
  return matches !== isNegated;
}

const noContext: Context = new Map();

function matchesResource(
  { isNegated, patterns }: Patterns,
  resource: string,
  context: Context,
): boolean {
  const matches = patterns.some((text) => {
    const pattern = fillPattern(text, context);
    return pattern !== undefined && matchesArn(pattern, resource);
  });
  return matches !== isNegated;
}

/** @param entries keys in any case; a single value is a list of one. */
export function policyContext(
  entries: Readonly<Record<string, string | readonly string[] | undefined>>,
): Context {
  const context = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(entries)) {
    if (value === undefined) continue;
    context.set(key.toLowerCase(), typeof value === "string" ? [value] : value);
  }
  return context;
}
