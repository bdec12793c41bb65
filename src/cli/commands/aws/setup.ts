import { callerIdentity } from "../../../aws/sts.ts";
import { isRunctlError } from "../../../errors.ts";
import { type DataAccess, dataPlace, mergeAccess } from "../../../instances/data-policy.ts";
import { defaultKeys } from "../../../instances/default-key.ts";
import { grantedAccess, rolePolicies } from "../../../instances/instance-role.ts";
import { tlsOnlyPolicy, trustPolicy } from "../../../instances/policies.ts";
import {
  type SetupRequest,
  type SetupResult,
  setUpAccount,
} from "../../../instances/set-up-account.ts";
import { stagingBucketName } from "../../../instances/staging-bucket.ts";
import { accountNames } from "../../account-names.ts";
import type { Context } from "../../context.ts";
import { defineCommand, optional, repeated, toggle } from "../../define-command.ts";
import { type DryRun, dryRun, isDryRun, renderDryRun } from "../../dry-run.ts";
import { s3Location, text } from "../../parsers.ts";

type Documents = { policies: Record<string, unknown> };

export const setup = defineCommand({
  summary: "Prepare the account: role, staging bucket, runtime",
  examples: [
    "aws setup",
    "aws setup --read s3://my-datasets/imagenet/ --write s3://my-results/",
    "aws setup --print-policy",
  ],
  details:
    "Makes what instances need, in this account and region: the role and instance profile runctl-instance with " +
    "the fewest permissions, a private bucket for code and logs, and the runtime of the agent in it. " +
    "May be run again at any time; --read, --write and --kms-key add to what was given before. To take all of that " +
    "back: aws iam delete-role-policy --role-name runctl-instance --policy-name runctl-data",
  flags: {
    read: repeated(s3Location, "data that instances may read", "s3://BUCKET[/PREFIX]"),
    write: repeated(s3Location, "places where instances may write", "s3://BUCKET[/PREFIX]"),
    kmsKey: repeated(text, "key of volumes or objects that instances may use", "ARN"),
    printPolicy: toggle("print every policy document as JSON and change nothing"),
    instanceProfile: optional(text, "use a profile that somebody else made", "NAME"),
    stagingBucket: optional(text, "use a bucket that somebody else made", "BUCKET"),
    permissionsBoundary: optional(text, "policy that bounds the new role", "ARN"),
    runtimeFile: optional(text, "the Node binary for instances, where npm cannot be used", "FILE"),
  },
  interruption: {
    goesOn: "what was made stays",
    sameLineContinues: true,
  },
  positionals: {},
  async run(input, context): Promise<SetupResult | Documents | DryRun> {
    const request: SetupRequest = {
      access: {
        reads: input.read.map(dataPlace),
        writes: input.write.map(dataPlace),
        kmsKeys: input.kmsKey,
      },
      ...accountNames(context.config, input),
      ...(input.permissionsBoundary ? { permissionsBoundary: input.permissionsBoundary } : {}),
      ...(input.runtimeFile ? { runtimeFile: input.runtimeFile } : {}),
    };
    if (input.printPolicy) return documents(request, context);
    const aws = await context.aws();
    if (context.options.dryRun) return plan(request, context);
    const result = await setUpAccount(aws, request, context);
    context.hint("next: runctl aws ebs create --size 100 --type gp3 --name data");
    return result;
  },
  render(result) {
    if (isDryRun(result)) return renderDryRun(result);
    if ("policies" in result) return JSON.stringify(result, undefined, 2);
    return [
      `account ${result.accountId} is ready in ${result.region}`,
      `  profile  ${result.instanceProfile}`,
      `  bucket   ${result.bucket}`,
      ...(result.access?.reads ?? []).map((place) => `  reads    s3://${place}`),
      ...(result.access?.writes ?? []).map((place) => `  writes   s3://${place}`),
    ].join("\n");
  },
});

/** The very documents that `setup` would write, for accounts where somebody else makes roles. */
async function documents(request: SetupRequest, context: Context): Promise<Documents> {
  const aws = await context.aws();
  const caller = await callerIdentity(aws);
  const bucket = request.stagingBucket ?? stagingBucketName(caller, aws.region).bucket;
  const kmsKeys = await defaultKeys(aws, caller, context.report);
  const given = mergeAccess(await grantedAccess(aws).catch(unseen), request.access);
  const access = { ...given, kmsKeys: [...new Set([...given.kmsKeys, ...kmsKeys])].toSorted() };
  return {
    policies: {
      trust: trustPolicy,
      ...rolePolicies(caller, aws.region, bucket, access),
      bucket: tlsOnlyPolicy(caller, bucket),
    },
  };
}

/** Who may not look at roles still sees what the role needs. */
function unseen(error: unknown): DataAccess {
  if (isRunctlError(error, "PERMISSION_DENIED")) return { reads: [], writes: [], kmsKeys: [] };
  throw error;
}

async function plan(request: SetupRequest, context: Context): Promise<DryRun> {
  const aws = await context.aws();
  const caller = await callerIdentity(aws);
  const bucket = request.stagingBucket ?? stagingBucketName(caller, aws.region).bucket;
  return dryRun([
    request.stagingBucket
      ? `check the bucket ${bucket}`
      : `make the private bucket ${bucket}, or bring it up to date`,
    request.instanceProfile
      ? `check the instance profile ${request.instanceProfile}`
      : "make the role and instance profile runctl-instance, or bring them up to date",
    ...request.access.reads.map((place) => `let instances read s3://${place}`),
    ...request.access.writes.map((place) => `let instances write s3://${place}`),
    ...request.access.kmsKeys.map((key) => `let instances use the key ${key}`),
    "make the service-linked role of EC2 Spot, if it is missing",
    `put the runtime of the agent into ${bucket}, if it is missing`,
  ]);
}
