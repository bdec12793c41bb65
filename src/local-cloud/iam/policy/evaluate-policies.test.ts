import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluatePolicies, type PolicyDecision, policyContext } from "./evaluate-policies.ts";
import { parsePolicy } from "./policy-document.ts";

const volume = "arn:aws:ec2:us-east-1:000000000000:volume/vol-1";
const instance = "arn:aws:ec2:us-east-1:000000000000:instance/i-1";
const attach = "ec2:AttachVolume";

type Statement = Record<string, unknown>;
type Entries = Parameters<typeof policyContext>[0];

function decide(
  statements: readonly Statement[],
  action: string,
  resource: string,
  context: Entries = {},
): PolicyDecision {
  const policy = parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }));
  return evaluatePolicies([policy], { action, resource, context: policyContext(context) });
}

function allow(action: unknown, resource: unknown, more: Statement = {}): Statement {
  return { Effect: "Allow", Action: action, Resource: resource, ...more };
}

const cases: ReadonlyArray<
  readonly [name: string, Statement[], action: string, resource: string, PolicyDecision]
> = [
  ["silence is a no", [allow("ec2:DetachVolume", "*")], attach, volume, "implicit-deny"],
  ["an allow allows", [allow(attach, volume)], attach, volume, "allowed"],
  ["actions compare without case", [allow("EC2:attachvolume", "*")], attach, volume, "allowed"],
  ["a star in an action", [allow("ec2:*Volume", "*")], attach, volume, "allowed"],
  ["a question mark is one character", [allow("ec2:AttachVolum?", "*")], attach, volume, "allowed"],
  ["…and not none", [allow("ec2:AttachVolume?", "*")], attach, volume, "implicit-deny"],
  ["a dot is only a dot", [allow("ec2.AttachVolume", "*")], attach, volume, "implicit-deny"],
  [
    "a deny outweighs every allow",
    [allow("*", "*"), { Effect: "Deny", Action: attach, Resource: "*" }],
    attach,
    volume,
    "explicit-deny",
  ],
  [
    "NotAction is everything else",
    [{ Effect: "Allow", NotAction: "ec2:*", Resource: "*" }],
    "s3:GetObject",
    "arn:aws:s3:::b/k",
    "allowed",
  ],
  [
    "NotAction leaves its own out",
    [{ Effect: "Allow", NotAction: "ec2:*", Resource: "*" }],
    attach,
    volume,
    "implicit-deny",
  ],
  [
    "NotResource leaves its own out",
    [{ Effect: "Allow", Action: "*", NotResource: volume }],
    attach,
    volume,
    "implicit-deny",
  ],
  ["one of several resources", [allow(attach, [instance, volume])], attach, volume, "allowed"],
  ["a star in a resource", [allow(attach, "arn:aws:ec2:*:*:volume/*")], attach, volume, "allowed"],
  [
    "a star does not reach over a colon",
    [allow(attach, "arn:aws:ec2:*:volume/*:x")],
    attach,
    "arn:aws:ec2:us-east-1:000000000000:volume/vol-1:x",
    "implicit-deny",
  ],
  [
    "keys of S3 may hold colons",
    [allow("s3:GetObject", "arn:aws:s3:::b/*")],
    "s3:GetObject",
    "arn:aws:s3:::b/a:b",
    "allowed",
  ],
  [
    "resources compare with case",
    [allow(attach, volume.toUpperCase().replace("ARN:AWS:EC2", "arn:aws:ec2"))],
    attach,
    volume,
    "implicit-deny",
  ],
  [
    "an action without resources needs Resource *",
    [allow("ec2:DescribeVolumes", "arn:aws:ec2:*:*:volume/*")],
    "ec2:DescribeVolumes",
    "*",
    "implicit-deny",
  ],
  ["…and is allowed by it", [allow("ec2:Describe*", "*")], "ec2:DescribeVolumes", "*", "allowed"],
];

for (const [name, statements, action, resource, expected] of cases) {
  test(`policy: ${name}`, () => {
    assert.equal(decide(statements, action, resource), expected);
  });
}

const conditions: ReadonlyArray<
  readonly [name: string, condition: Statement, context: Entries, holds: boolean]
> = [
  ["StringEquals", { StringEquals: { k: "a" } }, { k: "a" }, true],
  ["StringEquals knows no wildcard", { StringEquals: { k: "a*" } }, { k: "ab" }, false],
  ["StringEquals compares with case", { StringEquals: { k: "A" } }, { k: "a" }, false],
  ["a missing key is not equal", { StringEquals: { k: "a" } }, {}, false],
  ["any of several values", { StringEquals: { k: ["a", "b"] } }, { k: "b" }, true],
  ["all keys must hold", { StringEquals: { k: "a", l: "b" } }, { k: "a", l: "c" }, false],
  [
    "all operators must hold",
    { StringEquals: { k: "a" }, Null: { l: "true" } },
    { k: "a", l: "" },
    false,
  ],
  [
    "keys compare without case",
    { StringEquals: { "AWS:ResourceTag/Runctl:Access": "true" } },
    { "aws:ResourceTag/runctl:access": "true" },
    true,
  ],
  ["StringEqualsIgnoreCase", { StringEqualsIgnoreCase: { k: "AB" } }, { k: "ab" }, true],
  ["StringNotEquals", { StringNotEquals: { k: ["a", "b"] } }, { k: "c" }, true],
  ["StringNotEquals of one of them", { StringNotEquals: { k: ["a", "b"] } }, { k: "b" }, false],
  ["StringNotEquals of a missing key", { StringNotEquals: { k: "a" } }, {}, true],
  ["StringLike", { StringLike: { k: "logs/*/x?" } }, { k: "logs/a/b/x1" }, true],
  ["StringLike takes the empty text", { StringLike: { k: "*" } }, { k: "" }, true],
  ["StringNotLike", { StringNotLike: { k: "a*" } }, { k: "ab" }, false],
  ["IfExists with the key", { StringEqualsIfExists: { k: "a" } }, { k: "b" }, false],
  ["IfExists without the key", { StringEqualsIfExists: { k: "a" } }, {}, true],
  ["Null true: absent", { Null: { k: "true" } }, {}, true],
  ["Null true: present", { Null: { k: "true" } }, { k: "a" }, false],
  ["Null false: present", { Null: { k: false } }, { k: "a" }, true],
  ["Bool", { Bool: { k: true } }, { k: "true" }, true],
  [
    "ArnEquals takes wildcards",
    { ArnEquals: { k: "arn:aws:ec2:*:*:instance/*" } },
    { k: instance },
    true,
  ],
  [
    "ArnLike keeps to its segments",
    { ArnLike: { k: "arn:aws:*:instance/*" } },
    { k: instance },
    false,
  ],
  ["ArnNotLike", { ArnNotLike: { k: "arn:aws:ec2:*:*:volume/*" } }, { k: instance }, true],
  ["ForAllValues", { "ForAllValues:StringEquals": { k: ["a", "b"] } }, { k: ["a", "b"] }, true],
  [
    "ForAllValues with a stranger",
    { "ForAllValues:StringEquals": { k: ["a"] } },
    { k: ["a", "c"] },
    false,
  ],
  ["ForAllValues without the key", { "ForAllValues:StringEquals": { k: ["a"] } }, {}, true],
  [
    "ForAllValues:StringLike",
    { "ForAllValues:StringLike": { k: "run*" } },
    { k: ["runctl:state", "run"] },
    true,
  ],
  ["ForAnyValue", { "ForAnyValue:StringEquals": { k: ["a"] } }, { k: ["c", "a"] }, true],
  ["ForAnyValue without the key", { "ForAnyValue:StringEquals": { k: ["a"] } }, {}, false],
  [
    "ForAllValues:StringNotEquals",
    { "ForAllValues:StringNotEquals": { k: ["a"] } },
    { k: ["b", "c"] },
    true,
  ],
  [
    "ForAllValues:StringNotEquals with one",
    { "ForAllValues:StringNotEquals": { k: ["a"] } },
    { k: ["b", "a"] },
    false,
  ],
  [
    "a variable",
    { StringEquals: { k: "${ec2:SourceInstanceARN}" } },
    { k: instance, "ec2:SourceInstanceARN": instance },
    true,
  ],
  [
    "a variable without value matches nothing",
    { StringLike: { k: "${aws:username}*" } },
    { k: "x" },
    false,
  ],
  [
    "a variable's own star is no wildcard",
    { StringLike: { k: "${v}" } },
    { k: "ab", v: "a*" },
    false,
  ],
  [
    "a variable with a default",
    { StringEquals: { k: "${aws:username, 'nobody'}" } },
    { k: "nobody" },
    true,
  ],
  ["an escaped star", { StringLike: { k: "a${*}" } }, { k: "ab" }, false],
  ["NumericLessThan", { NumericLessThan: { k: "10" } }, { k: "9" }, true],
  [
    "DateGreaterThan",
    { DateGreaterThan: { k: "2026-01-01T00:00:00Z" } },
    { k: "2026-01-02T00:00:00Z" },
    true,
  ],
];

for (const [name, Condition, context, holds] of conditions) {
  test(`condition: ${name}`, () => {
    const decision = decide([allow("*", "*", { Condition })], attach, volume, context);
    assert.equal(decision, holds ? "allowed" : "implicit-deny");
  });
}

test("policy: a variable in a condition limits an instance to itself", () => {
  const Condition = {
    ArnEquals: { "ec2:SourceInstanceARN": `${instance.slice(0, -3)}\${ec2:InstanceID}` },
  };
  const statements = [allow("ec2:CreateTags", "arn:aws:ec2:*:*:instance/*", { Condition })];
  const from = { "ec2:SourceInstanceARN": instance };
  const ask = (target: string) =>
    decide(statements, "ec2:CreateTags", instance, { ...from, "ec2:InstanceID": target });
  assert.equal(ask("i-1"), "allowed");
  assert.equal(ask("i-2"), "implicit-deny");
});

test("policy: a variable in the last part of a resource", () => {
  const statements = [allow("s3:PutObject", "arn:aws:s3:::b/${aws:userid}/*")];
  const ask = (key: string) =>
    decide(statements, "s3:PutObject", `arn:aws:s3:::b/${key}`, { "aws:userid": "AROA1:i-1" });
  assert.equal(ask("AROA1:i-1/log"), "allowed");
  assert.equal(ask("AROA1:i-2/log"), "implicit-deny");
});

for (const [name, statement, message] of [
  [
    "an unknown operator",
    allow("*", "*", { Condition: { IpAddress: { k: "10.0.0.0/8" } } }),
    /Invalid Condition type : IpAddress/,
  ],
  [
    "a made-up operator",
    allow("*", "*", { Condition: { StringSounds: { k: "a" } } }),
    /Invalid Condition type/,
  ],
  ["an unknown element", allow("*", "*", { Conditions: {} }), /unknown Conditions/],
  ["a resource that is no ARN", allow("*", "my-bucket"), /must be in ARN format/],
  ["no action", { Effect: "Allow", Resource: "*" }, /must contain actions/],
  [
    "a principal, in an identity's policy",
    allow("*", "*", { Principal: "*" }),
    /unknown Principal/,
  ],
  ["another effect", { ...allow("*", "*"), Effect: "Maybe" }, /Invalid effect/],
] as ReadonlyArray<readonly [string, Statement, RegExp]>) {
  test(`policy with ${name} is refused`, () => {
    const text = JSON.stringify({ Version: "2012-10-17", Statement: statement });
    assert.throws(() => parsePolicy(text), { name: "PolicyError", message });
  });
}
