import type {
  CreatePolicyCommandInput,
  DeletePolicyCommandInput,
  GetPolicyCommandInput,
  ListPoliciesCommandInput,
  Policy,
} from "@aws-sdk/client-iam";
import { ApiError } from "../call.ts";
import { checkPolicyDocument, countedCharacters } from "./check-document.ts";
import { newEntityId } from "./entity-id.ts";
import { checkName, checkPath, type Iam, noSuchEntity, nowText } from "./iam.ts";
import { page } from "./iam-paging.ts";
import type { PolicyRow } from "./iam-rows.ts";
import { addTags, tagList } from "./iam-tags.ts";

/** @see IAM user guide, "IAM and AWS STS quotas". */
const mostCharacters = 6_144;

/** @throws ApiError MalformedPolicyDocument or LimitExceeded. */
export function checkManagedDocument(document: string): void {
  checkPolicyDocument(document);
  if (countedCharacters(document) <= mostCharacters) return;
  const message = `Cannot exceed quota for PolicySize: ${mostCharacters}`;
  throw new ApiError("LimitExceeded", message, 409);
}

/** @throws ApiError NoSuchEntity */
export function requirePolicy(iam: Iam, arn: string): PolicyRow {
  const policy = iam.policies.get(arn);
  if (policy) return policy;
  throw noSuchEntity(`Policy ${arn} was not found.`);
}

export function createPolicy(iam: Iam, input: CreatePolicyCommandInput): { Policy: Policy } {
  const { PolicyName: name = "", PolicyDocument: document = "" } = input;
  checkName(name, "policyName", 128);
  const path = checkPath(input.Path);
  checkManagedDocument(document);
  const taken = iam.policies.all().some((row) => row.policyName === name);
  if (taken) {
    throw new ApiError("EntityAlreadyExists", `A policy called ${name} already exists.`, 409);
  }
  const now = nowText(iam);
  const row: PolicyRow = {
    policyName: name,
    policyId: newEntityId("policy"),
    path,
    arn: `arn:aws:iam::${iam.accountId}:policy${path}${name}`,
    description: input.Description,
    createDate: now,
    updateDate: now,
    defaultVersionId: "v1",
    versions: [{ versionId: "v1", document, createDate: now }],
    tags: addTags({}, input.Tags),
  };
  iam.policies.put(row.arn, row);
  return { Policy: showPolicy(iam, row) };
}

export function getPolicy(iam: Iam, input: GetPolicyCommandInput): { Policy: Policy } {
  return { Policy: showPolicy(iam, requirePolicy(iam, input.PolicyArn ?? "")) };
}

export function listPolicies(iam: Iam, input: ListPoliciesCommandInput) {
  const prefix = input.PathPrefix ?? "/";
  const policies = input.Scope === "AWS" ? [] : iam.policies.all();
  const found = policies
    .filter((row) => row.path.startsWith(prefix))
    .map((row) => showPolicy(iam, { ...row, tags: {} }))
    .filter((policy) => !input.OnlyAttached || policy.AttachmentCount !== 0);
  const { entries, ...rest } = page(found, input);
  return { Policies: entries, ...rest };
}

const conflict = (message: string): ApiError => new ApiError("DeleteConflict", message, 409);

export function deletePolicy(iam: Iam, input: DeletePolicyCommandInput): void {
  const policy = requirePolicy(iam, input.PolicyArn ?? "");
  if (attachmentCount(iam, policy.arn) > 0) {
    throw conflict("Cannot delete a policy attached to entities.");
  }
  if (policy.versions.length > 1) {
    const message =
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions.";
    throw conflict(message);
  }
  iam.policies.delete(policy.arn);
}

function attachmentCount(iam: Iam, arn: string): number {
  return iam.roles.all().filter((role) => role.attachedPolicyArns.includes(arn)).length;
}

function showPolicy(iam: Iam, row: PolicyRow): Policy {
  return {
    PolicyName: row.policyName,
    PolicyId: row.policyId,
    Arn: row.arn,
    Path: row.path,
    DefaultVersionId: row.defaultVersionId,
    AttachmentCount: attachmentCount(iam, row.arn),
    PermissionsBoundaryUsageCount: iam.roles
      .all()
      .filter((role) => role.permissionsBoundaryArn === row.arn).length,
    IsAttachable: true,
    ...(row.description === undefined ? {} : { Description: row.description }),
    CreateDate: new Date(row.createDate),
    UpdateDate: new Date(row.updateDate),
    ...(Object.keys(row.tags).length > 0 ? { Tags: tagList(row.tags) } : {}),
  };
}
