import {
  type Context,
  fillPattern,
  literal,
  matchesArn,
  matchesPattern,
  type Pattern,
} from "./pattern.ts";

type Compare = (wanted: Pattern, given: string) => boolean;

interface Operator {
  compare: Compare;
  /** `StringNotEquals` and the like: true when no value of the policy matches. */
  isNegated?: boolean;
}

const equals: Compare = (wanted, given) => literal(wanted) === given;
const equalsIgnoringCase: Compare = (wanted, given) =>
  literal(wanted).toLowerCase() === given.toLowerCase();

const numbers = (test: (given: number, wanted: number) => boolean): Operator => ({
  compare: (wanted, given) => test(Number(given), Number(literal(wanted))),
});
const times = (test: (given: number, wanted: number) => boolean): Operator => ({
  compare: (wanted, given) => test(timeOf(given), timeOf(literal(wanted))),
});

/**
 * By name in lower case. IpAddress and BinaryEquals are missing on purpose: a policy that uses them is refused.
 *
 * @see IAM user guide, "IAM JSON policy elements: Condition operators".
 */
const operators: Readonly<Record<string, Operator>> = {
  stringequals: { compare: equals },
  stringnotequals: { compare: equals, isNegated: true },
  stringequalsignorecase: { compare: equalsIgnoringCase },
  stringnotequalsignorecase: { compare: equalsIgnoringCase, isNegated: true },
  stringlike: { compare: matchesPattern },
  stringnotlike: { compare: matchesPattern, isNegated: true },
  arnequals: { compare: matchesArn },
  arnlike: { compare: matchesArn },
  arnnotequals: { compare: matchesArn, isNegated: true },
  arnnotlike: { compare: matchesArn, isNegated: true },
  bool: { compare: equalsIgnoringCase },
  numericequals: numbers((given, wanted) => given === wanted),
  numericnotequals: { ...numbers((given, wanted) => given === wanted), isNegated: true },
  numericlessthan: numbers((given, wanted) => given < wanted),
  numericlessthanequals: numbers((given, wanted) => given <= wanted),
  numericgreaterthan: numbers((given, wanted) => given > wanted),
  numericgreaterthanequals: numbers((given, wanted) => given >= wanted),
  dateequals: times((given, wanted) => given === wanted),
  datenotequals: { ...times((given, wanted) => given === wanted), isNegated: true },
  datelessthan: times((given, wanted) => given < wanted),
  datelessthanequals: times((given, wanted) => given <= wanted),
  dategreaterthan: times((given, wanted) => given > wanted),
  dategreaterthanequals: times((given, wanted) => given >= wanted),
};

/** `ForAllValues:StringLikeIfExists` in its parts. */
const form = /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/;

export function isKnownOperator(name: string): boolean {
  const [, set, base = "", ifExists] = form.exec(name.toLowerCase()) ?? [];
  if (base === "null") return set === undefined && ifExists === undefined;
  return Object.hasOwn(operators, base);
}

/** Whether one condition of a statement holds for the request. */
export function conditionHolds(
  condition: { operator: string; key: string; values: readonly string[] },
  context: Context,
): boolean {
  const [, set, base = "", ifExists] = form.exec(condition.operator.toLowerCase()) ?? [];
  const given = context.get(condition.key.toLowerCase());
  if (base === "null") {
    return condition.values.some((value) => (value.toLowerCase() === "true") === !given);
  }
  const operator = operators[base];
  if (!operator) throw new Error(`unknown condition operator ${condition.operator}`);

  // A key that the request lacks: a list without values, or a value that equals nothing.
  if (!given || given.length === 0) {
    if (set === "forallvalues" || ifExists !== undefined) return true;
    return set === undefined && operator.isNegated === true;
  }
  const wanted = condition.values.map((value) => fillPattern(value, context));
  const holds = (value: string): boolean => {
    const matches = wanted.some((pattern) => pattern && operator.compare(pattern, value));
    return matches !== (operator.isNegated === true);
  };
  return set === "foranyvalue" ? given.some(holds) : given.every(holds);
}

/** ISO 8601 or seconds since 1970, in milliseconds; NaN (equal to nothing) otherwise. */
function timeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
