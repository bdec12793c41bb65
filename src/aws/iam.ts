import { isRunctlError } from "../errors.ts";
import { awsErrorCode } from "./translate-error.ts";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { type Tags, tagsOf } from "./tags.ts";

export interface AwsInstanceProfile {
  name: string;
  arn: string;
  /** Undefined while the profile is empty; AWS allows one. */
  roleName: string | undefined;
}

/** An IAM policy document. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: PolicyStatement[];
}

export interface PolicyStatement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal?: Readonly<Record<string, string>> | "*";
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

export async function findInstanceProfile(
  aws: Aws,
  name: string,
): Promise<AwsInstanceProfile | undefined> {
  const { GetInstanceProfileCommand } = await import("./sdk/iam.ts");
  const client = await aws.iam();
  const answer = await orNothing(() =>
    call("iam:GetInstanceProfile", () =>
      client.send(new GetInstanceProfileCommand({ InstanceProfileName: name })),
    ),
  );
  if (!answer?.InstanceProfile) return undefined;
  return {
    name,
    arn: answer.InstanceProfile.Arn ?? "",
    roleName: answer.InstanceProfile.Roles?.[0]?.RoleName,
  };
}

/** "kept" when it is there already. */
export async function ensureInstanceProfile(
  aws: Aws,
  name: string,
  tags: Tags,
): Promise<"created" | "kept"> {
  const { CreateInstanceProfileCommand } = await import("./sdk/iam.ts");
  const client = await aws.iam();
  return createdOrKept(() =>
    call("iam:CreateInstanceProfile", () =>
      client.send(
        new CreateInstanceProfileCommand({ InstanceProfileName: name, Tags: toIamTags(tags) }),
      ),
    ),
  );
}

export async function putRoleIntoProfile(
  aws: Aws,
  profile: string,
  roleName: string,
): Promise<void> {
  const { AddRoleToInstanceProfileCommand } = await import("./sdk/iam.ts");
  const client = await aws.iam();
  await call("iam:AddRoleToInstanceProfile", () =>
    client.send(
      new AddRoleToInstanceProfileCommand({ InstanceProfileName: profile, RoleName: roleName }),
    ),
  );
}

export async function ensureRole(
  aws: Aws,
  role: {
    name: string;
    description: string;
    trust: PolicyDocument;
    permissionsBoundary: string | undefined;
    tags: Tags;
  },
): Promise<"created" | "kept"> {
  const { CreateRoleCommand } = await import("./sdk/iam.ts");
  const client = await aws.iam();
  return createdOrKept(() =>
    call("iam:CreateRole", () =>
      client.send(
        new CreateRoleCommand({
          RoleName: role.name,
          Description: role.description,
          AssumeRolePolicyDocument: JSON.stringify(role.trust),
          ...(role.permissionsBoundary ? { PermissionsBoundary: role.permissionsBoundary } : {}),
          Tags: toIamTags(role.tags),
        }),
      ),
    ),
  );
}

/** Undefined when there is no such role. */
export async function findRole(aws: Aws, name: string): Promise<{ tags: Tags } | undefined> {
  const { GetRoleCommand } = await import("./sdk/iam.ts");
  const client = await aws.iam();
  const answer = await orNothing(() =>
    call("iam:GetRole", () => client.send(new GetRoleCommand({ RoleName: name }))),
  );
  return answer && { tags: tagsOf(answer.Role?.Tags) };
}

/** Undefined when role or policy does not exist. */
export async function findRolePolicy(
  aws: Aws,
  roleName: string,
  policyName: string,
): Promise<PolicyDocument | undefined> {
  const { GetRolePolicyCommand } = await import("./sdk/iam.ts");
  const client = await aws.iam();
  const answer = await orNothing(() =>
    call("iam:GetRolePolicy", () =>
      client.send(new GetRolePolicyCommand({ RoleName: roleName, PolicyName: policyName })),
    ),
  );
  if (answer?.PolicyDocument === undefined) return undefined;
  // IAM gives documents URL-encoded (API GetRolePolicy).
  return JSON.parse(decodeURIComponent(answer.PolicyDocument)) as PolicyDocument;
}

/** Writes the whole policy: what it said before is gone. */
export async function putRolePolicy(
  aws: Aws,
  roleName: string,
  policyName: string,
  document: PolicyDocument,
): Promise<void> {
  const { PutRolePolicyCommand } = await import("./sdk/iam.ts");
  const client = await aws.iam();
  await call("iam:PutRolePolicy", () =>
    client.send(
      new PutRolePolicyCommand({
        RoleName: roleName,
        PolicyName: policyName,
        PolicyDocument: JSON.stringify(document),
      }),
    ),
  );
}

/** @param service such as `spot.amazonaws.com` */
export async function ensureServiceLinkedRole(
  aws: Aws,
  service: string,
): Promise<"created" | "kept"> {
  const { CreateServiceLinkedRoleCommand } = await import("./sdk/iam.ts");
  const client = await aws.iam();
  return createdOrKept(
    () =>
      call("iam:CreateServiceLinkedRole", () =>
        client.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: service })),
      ),
    // API CreateServiceLinkedRole: InvalidInput when the account has that role.
    ["InvalidInput", "InvalidInputException"],
  );
}

async function createdOrKept(
  create: () => Promise<unknown>,
  existsCodes: readonly string[] = ["EntityAlreadyExists", "EntityAlreadyExistsException"],
): Promise<"created" | "kept"> {
  try {
    await create();
    return "created";
  } catch (error) {
    if (existsCodes.includes(awsErrorCode(error) ?? "")) return "kept";
    throw error;
  }
}

async function orNothing<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isRunctlError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

function toIamTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
