import type { TestContext } from "node:test";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ensureBucket } from "../../../src/aws/buckets.ts";
import {
  ensureInstanceProfile,
  ensureRole,
  findRolePolicy,
  type PolicyDocument,
  putRoleIntoProfile,
  putRolePolicy,
} from "../../../src/aws/iam.ts";
import { putBytes } from "../../support/s3-objects.ts";
import { policyNames, trustPolicy } from "../../../src/instances/policies.ts";
import { setUpAccount } from "../../../src/instances/set-up-account.ts";
import { type AgentCloud, agentCloud } from "../../kernel/support/agent-cloud.ts";

export const places = {
  data: "digits/train/",
  results: "results/runs/",
  /** Of the user's own. */
  key: "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555",
} as const;

/** What is left out of a role: a statement, or one action of it. */
interface LeftOut {
  Sid: string;
  action?: string | undefined;
}

export interface RoleCloud extends AgentCloud {
  /** The policies of the role, by name, as `aws setup` has written them. */
  documents: Readonly<Record<string, PolicyDocument>>;
  /** Makes a role and a profile with these policies. @returns the name of both. */
  role(leftOut?: LeftOut): Promise<string>;
}

/** An account that is set up with a bucket to read from and one to write to. */
export async function roleCloud(t: TestContext): Promise<RoleCloud> {
  const cloud = await agentCloud(t);
  const { aws } = cloud;
  for (const bucket of ["digits", "results"])
    await ensureBucket(aws, { bucket, accountRegional: false });
  await putBytes(aws, { bucket: "digits", key: "train/3" }, "digit 3");
  await putEncrypted(cloud, { Bucket: "digits", Key: "train/7", Body: "digit 7" });
  const access = { reads: [places.data], writes: [places.results], kmsKeys: [places.key] };
  await setUpAccount(aws, { access }, { report: () => undefined });

  const documents: Record<string, PolicyDocument> = {};
  for (const name of [policyNames.instance, policyNames.staging(aws.region), policyNames.data]) {
    const document = await findRolePolicy(aws, "runctl-instance", name);
    if (document) documents[name] = document;
  }
  let roles = 0;

  return {
    ...cloud,
    documents,
    async role(leftOut) {
      roles += 1;
      const name = `role-${roles}`;
      const description = `without ${leftOut?.action ?? leftOut?.Sid ?? "nothing"}`;
      const role = { name, description, trust: trustPolicy, permissionsBoundary: undefined };
      await ensureRole(aws, { ...role, tags: {} });
      for (const [policy, document] of Object.entries(documents))
        await putRolePolicy(aws, name, policy, leftOut ? without(document, leftOut) : document);
      await ensureInstanceProfile(aws, name, {});
      await putRoleIntoProfile(aws, name, name);
      return name;
    },
  };
}

function without(document: PolicyDocument, { Sid, action }: LeftOut): PolicyDocument {
  const Statement = document.Statement.flatMap((statement) => {
    if (statement.Sid !== Sid) return statement;
    if (action === undefined) return [];
    return { ...statement, Action: [statement.Action].flat().filter((one) => one !== action) };
  });
  return { ...document, Statement };
}

async function putEncrypted(
  { sdkOptions }: AgentCloud,
  object: { Bucket: string; Key: string; Body: string },
): Promise<void> {
  const encryption = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: places.key } as const;
  await new S3Client(sdkOptions).send(new PutObjectCommand({ ...object, ...encryption }));
}
