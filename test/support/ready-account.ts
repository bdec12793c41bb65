import type { TestContext } from "node:test";
import { type Aws, connect } from "../../src/aws/connect.ts";
import { putBytes } from "./s3-objects.ts";
import { callerIdentity } from "../../src/aws/sts.ts";
import type { AwsVolume } from "../../src/aws/volumes.ts";
import { ensureStagingBucket } from "../../src/instances/ensure-staging-bucket.ts";
import { runtimeFile } from "../../src/instances/runtime-binary.ts";
import { setUpAccount } from "../../src/instances/set-up-account.ts";
import { stagingBucketName } from "../../src/instances/staging-bucket.ts";
import type { LocalCloudOptions } from "../../src/local-cloud/start-local-cloud.ts";
import { createVolume, finishVolume } from "../../src/volumes/create-volume.ts";
import { planVolume } from "../../src/volumes/plan-volume.ts";
import type { VolumeRequest } from "../../src/volumes/volume-request.ts";
import { startTestCloud, type TestCloud } from "./local-cloud.ts";

/**
 * A local cloud of the test's own after `runctl aws setup`. One byte stands for the runtime of 120 MB:
 * no machine boots on the null backend.
 */
export async function readyAccount(
  t: TestContext,
  options: Partial<LocalCloudOptions> = {},
): Promise<TestCloud & { aws: Aws }> {
  const cloud = await startTestCloud(t, options);
  const aws = connect(cloud.connectOptions);
  const caller = await callerIdentity(aws);
  const staging = stagingBucketName(caller, aws.region);
  await ensureStagingBucket(aws, caller, staging);
  await putBytes(aws, { bucket: staging.bucket, key: runtimeFile("x86_64").key }, "-");
  const access = { reads: [], writes: [], kmsKeys: [] };
  await setUpAccount(aws, { access }, { report: () => undefined });
  return { ...cloud, aws };
}

/** A volume of runctl's, as `aws ebs create` leaves it. */
export async function ownedVolume(
  aws: Aws,
  wanted: Partial<VolumeRequest> = {},
): Promise<AwsVolume> {
  const plan = await planVolume(aws, {
    sizeGiB: 8,
    type: "gp3",
    role: "data",
    lifetime: "keep",
    fileSystem: "ext4",
    multiAttach: false,
    tags: {},
    project: "runctl",
    ...wanted,
  });
  const { volume } = await createVolume(aws, plan, { report: () => undefined });
  return finishVolume(aws, volume);
}
