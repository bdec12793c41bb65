import { isKnownOperator } from "./condition-operator.ts";

/** A policy as the evaluation reads it: single values are lists of one. */
export interface Policy {
  statements: readonly Statement[];
}

export interface Statement {
  effect: "Allow" | "Deny";
  actions: Patterns;
  resources: Patterns;
  conditions: readonly Condition[];
}

/** `isNegated`: NotAction or NotResource; it matches whatever the patterns do not. */
export interface Patterns {
  isNegated: boolean;
  patterns: readonly string[];
}

interface Condition {
  /** Such as `StringEquals` or `ForAllValues:StringLike`. */
  operator: string;
  key: string;
  values: readonly string[];
}

/** What is wrong with a document, in words for `MalformedPolicyDocument`. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

/**
 * Reads an identity-based policy.
 *
 * It refuses what the evaluation does not know, so that no part of a policy is silently ignored.
 *
 * @throws PolicyError
 * @see IAM user guide, "Grammar of the IAM JSON policy language".
 */
export function parsePolicy(text: string): Policy {
  const statements = readStatements(text).map((statement) => {
    const resources = readPatterns(statement, "Resource");
    resources.patterns.forEach(requireArn);
    onlyKeys(statement, [
      "Sid",
      "Effect",
      "Action",
      "NotAction",
      "Resource",
      "NotResource",
      "Condition",
    ]);
    const actions = readPatterns(statement, "Action");
    return { ...effectAndConditions(statement), actions, resources };
  });
  return { statements };
}

/** The services that a role's trust policy lets assume it. @throws PolicyError */
export function parseTrustPolicy(text: string): { trustedServices: readonly string[] } {
  const trustedServices: string[] = [];
  for (const statement of readStatements(text)) {
    onlyKeys(statement, ["Sid", "Effect", "Principal", "Action", "Condition"]);
    const { effect, conditions } = effectAndConditions(statement);
    const actions = listOf(statement["Action"], "Action");
    const principal = statement["Principal"];
    if (!isObject(principal) && principal !== "*") {
      throw new PolicyError("Missing required field Principal");
    }
    const services = isObject(principal) && principal["Service"] !== undefined;
    const isPlainAllow = effect === "Allow" && conditions.length === 0;
    if (services && isPlainAllow && actions.includes("sts:AssumeRole")) {
      trustedServices.push(...listOf(principal["Service"], "Principal"));
    }
  }
  return { trustedServices };
}

function readStatements(text: string): Array<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new PolicyError("This policy contains invalid Json");
  }
  if (!isObject(document)) throw new PolicyError("Syntax errors in policy.");
  onlyKeys(document, ["Version", "Id", "Statement"]);
  const version = document["Version"] ?? "2008-10-17";
  if (version !== "2012-10-17" && version !== "2008-10-17") {
    throw new PolicyError("The policy must contain a valid version string");
  }
  const statements = Array.isArray(document["Statement"])
    ? (document["Statement"] as unknown[])
    : [document["Statement"]];
  if (statements.length === 0 || !statements.every(isObject)) {
    throw new PolicyError("Syntax errors in policy.");
  }
  return statements;
}

function effectAndConditions(statement: Readonly<Record<string, unknown>>) {
  const effect = statement["Effect"];
  if (effect !== "Allow" && effect !== "Deny") {
    throw new PolicyError(`Invalid effect: ${String(effect)}`);
  }
  return { effect, conditions: readConditions(statement["Condition"] ?? {}) } as const;
}

function readConditions(block: unknown): Condition[] {
  if (!isObject(block)) throw new PolicyError("Syntax errors in policy.");
  return Object.entries(block).flatMap(([operator, keys]) => {
    if (!isKnownOperator(operator)) {
      throw new PolicyError(`Invalid Condition type : ${operator}.`);
    }
    if (!isObject(keys)) throw new PolicyError("Syntax errors in policy.");
    return Object.entries(keys).map(([key, values]) => ({
      operator,
      key,
      values: listOf(values, key),
    }));
  });
}

function readPatterns(statement: Readonly<Record<string, unknown>>, name: string): Patterns {
  const [plain, negated] = [statement[name], statement[`Not${name}`]];
  if ((plain === undefined) === (negated === undefined)) {
    throw new PolicyError(`Policy statement must contain ${name.toLowerCase()}s.`);
  }
  return { isNegated: negated !== undefined, patterns: listOf(plain ?? negated, name) };
}

function listOf(value: unknown, name: string): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.map((item) => {
    if (typeof item === "string") return item;
    if (typeof item === "boolean" || typeof item === "number") return String(item);
    throw new PolicyError(`Syntax errors in policy: ${name} must be text`);
  });
}

function requireArn(resource: string): void {
  if (resource === "*" || (resource.startsWith("arn:") && resource.split(":").length >= 6)) return;
  throw new PolicyError(`Resource ${resource} must be in ARN format or "*".`);
}

function onlyKeys(object: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) throw new PolicyError(`Syntax errors in policy: unknown ${key}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
