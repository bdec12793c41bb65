import type { Aws } from "../aws/connect.ts";
import { bucketExists } from "../aws/buckets.ts";
import { ensureServiceLinkedRole, findInstanceProfile } from "../aws/iam.ts";
import { type Caller, callerIdentity } from "../aws/sts.ts";
import { RunctlError } from "../errors.ts";
import { step } from "../progress.ts";
import type { WorkOptions } from "../work-options.ts";
import type { DataAccess } from "./data-policy.ts";
import { defaultKeys } from "./default-key.ts";
import { ensureInstanceRole } from "./instance-role.ts";
import { launchDefaults } from "./launch-request.ts";
import { stageRuntime } from "./stage.ts";
import { ensureStagingBucket } from "./ensure-staging-bucket.ts";
import { requireStagingBucket, stagingBucketName } from "./staging-bucket.ts";
import { waitForProfile } from "./wait-for-profile.ts";

export interface SetupRequest {
  /** Added to what earlier set-ups gave. */
  access: DataAccess;
  /** A profile that somebody else made: checked, and left as it is. */
  instanceProfile?: string;
  /** A bucket that somebody else made: checked, and left as it is but for the files in it. */
  stagingBucket?: string;
  /** ARN of the policy that bounds a new role. */
  permissionsBoundary?: string;
  /** The Node binary for instances; default: this installation's, else from npm. */
  runtimeFile?: string;
}

export interface SetupResult {
  accountId: string;
  region: string;
  bucket: string;
  instanceProfile: string;
  runtime: string;
  /** Everything that instances may do in the user's own buckets and with the user's keys. */
  access: DataAccess | undefined;
}

/**
 * Prepares an account in a region for `aws create`: bucket, role and profile, spot's own role, runtime. Each
 * step looks first or may be repeated, so a killed set-up is run again.
 */
export async function setUpAccount(
  aws: Aws,
  request: SetupRequest,
  options: WorkOptions,
): Promise<SetupResult> {
  const { report } = options;
  const caller = await callerIdentity(aws);

  const bucket = await step(
    report,
    "staging bucket",
    () => prepareBucket(aws, caller, request),
    (name) => name,
  );
  const profile = await step(
    report,
    "instance role",
    () => prepareProfile(aws, caller, bucket, { ...request, report }),
    ({ name }) => name,
  );
  await step(
    report,
    "spot service role",
    () => ensureServiceLinkedRole(aws, "spot.amazonaws.com"),
    (outcome) => (outcome === "kept" ? "already there" : "created"),
  );
  const runtime = await step(
    report,
    "runtime for instances",
    () =>
      stageRuntime(aws, { bucket, accountId: caller.accountId }, "x86_64", {
        ...(request.runtimeFile ? { file: request.runtimeFile } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
      }),
    ({ outcome }) => (outcome === "kept" ? "already there" : "uploaded"),
  );
  await step(report, "EC2 knows the role", () => waitForProfile(aws, profile.name, options));
  await noteMissingBuckets(aws, caller, request.access, report);
  return {
    accountId: caller.accountId,
    region: aws.region,
    bucket,
    instanceProfile: profile.name,
    runtime: runtime.file.key,
    access: profile.access,
  };
}

/** They may be made later, but a name may also be mistyped. */
async function noteMissingBuckets(
  aws: Aws,
  { accountId }: Caller,
  { reads, writes }: DataAccess,
  report: WorkOptions["report"],
): Promise<void> {
  const buckets = new Set([...reads, ...writes].map((place) => place.split("/")[0]!));
  for (const bucket of buckets) {
    // Another account's, or one that only instances may look at, is nobody's mistake.
    const exists = await bucketExists(aws, { bucket, accountId }).catch(() => true);
    if (!exists) report({ kind: "note", text: `bucket '${bucket}' does not exist (yet)` });
  }
}

async function prepareBucket(aws: Aws, caller: Caller, request: SetupRequest): Promise<string> {
  if (request.stagingBucket) return requireStagingBucket(aws, caller, request.stagingBucket);
  const name = stagingBucketName(caller, aws.region);
  await ensureStagingBucket(aws, caller, name);
  return name.bucket;
}

async function prepareProfile(
  aws: Aws,
  caller: Caller,
  bucket: string,
  { report, ...request }: SetupRequest & Pick<WorkOptions, "report">,
): Promise<{ name: string; access: DataAccess | undefined }> {
  const { instanceProfile: name } = request;
  if (!name) {
    const kmsKeys = [...request.access.kmsKeys, ...(await defaultKeys(aws, caller, report))];
    const wanted = { ...request, access: { ...request.access, kmsKeys }, bucket };
    const access = await ensureInstanceRole(aws, caller, wanted);
    return { name: launchDefaults.instanceProfile, access };
  }
  const profile = await findInstanceProfile(aws, name);
  if (profile?.roleName) return { name, access: undefined };
  throw new RunctlError("NOT_FOUND", `there is no instance profile ${name} with a role`, {
    hint: "runctl aws setup --print-policy shows what its role needs",
  });
}
