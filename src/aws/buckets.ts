import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import type { PolicyDocument } from "./iam.ts";
import { awsErrorCode } from "./translate-error.ts";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { isRunctlError, RunctlError } from "../errors.ts";

/** A bucket, and the account that must own it: S3 refuses the call otherwise. */
export interface OwnedBucket {
  bucket: string;
  accountId: string;
}

/** @throws RunctlError PERMISSION_DENIED when the bucket is another account's. */
export async function bucketExists(aws: Aws, { bucket, accountId }: OwnedBucket): Promise<boolean> {
  const { HeadBucketCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  try {
    await call(`s3:ListBucket on ${bucket}`, () =>
      client.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: accountId })),
    );
    return true;
  } catch (error) {
    if (isRunctlError(error, "NOT_FOUND")) return false;
    // HEAD has no body to say why (API HeadBucket).
    if (statusOf(error) === 403)
      throw new RunctlError(
        "PERMISSION_DENIED",
        `${bucket} is another account's bucket, or one that you may not look at`,
        { hint: "it needs s3:ListBucket, and this account as owner", cause: error },
      );
    throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  const thrown = error instanceof RunctlError ? error.cause : error;
  const metadata = (thrown as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata;
  return metadata?.httpStatusCode;
}

export async function ensureBucket(
  aws: Aws,
  { bucket, accountRegional }: { bucket: string; accountRegional: boolean },
): Promise<"created" | "kept"> {
  const { CreateBucketCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  try {
    await call("s3:CreateBucket", () =>
      client.send(
        new CreateBucketCommand({
          Bucket: bucket,
          ...(accountRegional ? { BucketNamespace: "account-regional" } : {}),
          // API CreateBucket: us-east-1 is the one region that must not be named.
          ...(aws.region === "us-east-1"
            ? {}
            : {
                CreateBucketConfiguration: {
                  LocationConstraint: aws.region as BucketLocationConstraint,
                },
              }),
        }),
      ),
    );
    return "created";
  } catch (error) {
    // us-east-1 answers the second CreateBucket of an owner with 200; the others with this.
    if (awsErrorCode(error) === "BucketAlreadyOwnedByYou") return "kept";
    throw error;
  }
}

export async function blockPublicAccess(
  aws: Aws,
  { bucket, accountId }: OwnedBucket,
): Promise<void> {
  const { PutPublicAccessBlockCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  await call("s3:PutBucketPublicAccessBlock", () =>
    client.send(
      new PutPublicAccessBlockCommand({
        Bucket: bucket,
        ExpectedBucketOwner: accountId,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
    ),
  );
}

export async function putBucketPolicy(
  aws: Aws,
  { bucket, accountId }: OwnedBucket,
  document: PolicyDocument,
): Promise<void> {
  const { PutBucketPolicyCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  await call("s3:PutBucketPolicy", () =>
    client.send(
      new PutBucketPolicyCommand({
        Bucket: bucket,
        ExpectedBucketOwner: accountId,
        Policy: JSON.stringify(document),
      }),
    ),
  );
}

export async function putBucketTags(
  aws: Aws,
  { bucket, accountId }: OwnedBucket,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const { PutBucketTaggingCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  await call("s3:PutBucketTagging", () =>
    client.send(
      new PutBucketTaggingCommand({
        Bucket: bucket,
        ExpectedBucketOwner: accountId,
        Tagging: { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      }),
    ),
  );
}

/** Objects under `prefix` go after `days`; parts of uploads that never ended go after one. */
export async function expireObjects(
  aws: Aws,
  { bucket, accountId }: OwnedBucket,
  { prefix, days }: { prefix: string; days: number },
): Promise<void> {
  const { PutBucketLifecycleConfigurationCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  await call("s3:PutLifecycleConfiguration", () =>
    client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        ExpectedBucketOwner: accountId,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: `${prefix.replace(/\W+$/, "")}-expire`,
              Status: "Enabled",
              Filter: { Prefix: prefix },
              Expiration: { Days: days },
            },
            {
              ID: "incomplete-uploads-expire",
              Status: "Enabled",
              Filter: { Prefix: "" },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            },
          ],
        },
      }),
    ),
  );
}
