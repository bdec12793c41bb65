import type {
  CreatePolicyVersionCommandInput,
  DeletePolicyVersionCommandInput,
  GetPolicyVersionCommandInput,
  ListPolicyVersionsCommandInput,
  PolicyVersion,
  SetDefaultPolicyVersionCommandInput,
} from "@aws-sdk/client-iam";
import { ApiError } from "../call.ts";
import { encodeDocument } from "./check-document.ts";
import { type Iam, noSuchEntity, nowText } from "./iam.ts";
import { page } from "./iam-paging.ts";
import type { PolicyRow } from "./iam-rows.ts";
import { checkManagedDocument, requirePolicy } from "./managed-policies.ts";

/** @see IAM user guide, "IAM and AWS STS quotas". */
const mostVersions = 5;

export function createPolicyVersion(iam: Iam, input: CreatePolicyVersionCommandInput) {
  const policy = requirePolicy(iam, input.PolicyArn ?? "");
  const document = input.PolicyDocument ?? "";
  checkManagedDocument(document);
  if (policy.versions.length >= mostVersions) {
    const message = `A managed policy can have up to ${mostVersions} versions. Before you create a new version, you must delete an existing version.`;
    throw new ApiError("LimitExceeded", message, 409);
  }
  const newest = Math.max(...policy.versions.map(({ versionId }) => Number(versionId.slice(1))));
  const createDate = nowText(iam);
  const version = { versionId: `v${newest + 1}`, document, createDate };
  const changed: PolicyRow = {
    ...policy,
    updateDate: createDate,
    versions: [...policy.versions, version],
    defaultVersionId: input.SetAsDefault ? version.versionId : policy.defaultVersionId,
  };
  iam.policies.put(policy.arn, changed);
  return { PolicyVersion: { ...showVersion(changed, version), Document: undefined } };
}

export function getPolicyVersion(iam: Iam, input: GetPolicyVersionCommandInput) {
  const { policy, version } = requireVersion(iam, input);
  return { PolicyVersion: showVersion(policy, version) };
}

export function listPolicyVersions(iam: Iam, input: ListPolicyVersionsCommandInput) {
  const policy = requirePolicy(iam, input.PolicyArn ?? "");
  const versions = policy.versions
    .toReversed()
    .map((version) => ({ ...showVersion(policy, version), Document: undefined }));
  const { entries, ...rest } = page(versions, input);
  return { Versions: entries, ...rest };
}

export function setDefaultPolicyVersion(
  iam: Iam,
  input: SetDefaultPolicyVersionCommandInput,
): void {
  const { policy, version } = requireVersion(iam, input);
  const change = { defaultVersionId: version.versionId, updateDate: nowText(iam) };
  iam.policies.put(policy.arn, { ...policy, ...change });
}

export function deletePolicyVersion(iam: Iam, input: DeletePolicyVersionCommandInput): void {
  const { policy, version } = requireVersion(iam, input);
  if (version.versionId === policy.defaultVersionId) {
    const message = "Cannot delete the default version of a policy.";
    throw new ApiError("DeleteConflict", message, 409);
  }
  const versions = policy.versions.filter((other) => other !== version);
  iam.policies.put(policy.arn, { ...policy, versions });
}

function requireVersion(iam: Iam, input: GetPolicyVersionCommandInput) {
  const policy = requirePolicy(iam, input.PolicyArn ?? "");
  const version = policy.versions.find(({ versionId }) => versionId === input.VersionId);
  if (version) return { policy, version };
  throw noSuchEntity(
    `Policy ${policy.arn} version ${input.VersionId} does not exist or is not attachable.`,
  );
}

function showVersion(policy: PolicyRow, version: PolicyRow["versions"][number]): PolicyVersion {
  return {
    VersionId: version.versionId,
    IsDefaultVersion: version.versionId === policy.defaultVersionId,
    CreateDate: new Date(version.createDate),
    Document: encodeDocument(version.document),
  };
}
