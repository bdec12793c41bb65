import type { PolicyDocument, PolicyStatement } from "../aws/iam.ts";

/** What the user gives to all instances besides the staging bucket. */
export interface DataAccess {
  /** `bucket/` or `bucket/prefix`: what may be listed and read. */
  reads: readonly string[];
  /** The same for writing; being read is part of it, for resuming and checking. */
  writes: readonly string[];
  /** ARNs of keys that encrypt volumes or objects. */
  kmsKeys: readonly string[];
}

/** `s3://bucket/some/prefix/` as `bucket/some/prefix/`; the whole bucket as `bucket/`. */
export function dataPlace({ bucket, key }: { bucket: string; key: string }): string {
  return `${bucket}/${key}`;
}

/**
 * The policy for the user's own buckets and keys; undefined when there are none (IAM refuses an empty one).
 * `dataAccess` reads it back.
 */
export function dataPolicy(partition: string, access: DataAccess): PolicyDocument | undefined {
  const s3 = `arn:${partition}:s3:::`;
  const writes = minimal(access.writes);
  const reads = minimal([...access.reads, ...writes]);
  const kmsKeys = [...new Set(access.kmsKeys)].toSorted();
  const statements: PolicyStatement[] = [];
  if (reads.length > 0) {
    statements.push(
      {
        Sid: "ListData",
        Effect: "Allow",
        Action: ["s3:ListBucket", "s3:GetBucketLocation"],
        Resource: [...new Set(reads.map((place) => s3 + bucketOf(place)))],
      },
      {
        Sid: "ReadData",
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: reads.map((place) => `${s3}${place}*`),
      },
    );
  }
  if (writes.length > 0)
    statements.push({
      Sid: "WriteData",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:AbortMultipartUpload"],
      Resource: writes.map((place) => `${s3}${place}*`),
    });
  if (kmsKeys.length > 0)
    statements.push(
      {
        Sid: "UseKeys",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
        Resource: kmsKeys,
      },
      {
        // "Amazon EBS encryption" (EBS user guide): attaching an encrypted volume makes a grant for EC2.
        Sid: "LetEbsUseKeys",
        Effect: "Allow",
        Action: "kms:CreateGrant",
        Resource: kmsKeys,
        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
      },
    );
  return statements.length > 0 ? { Version: "2012-10-17", Statement: statements } : undefined;
}

/** What an earlier `dataPolicy` gave. */
export function dataAccess(document: PolicyDocument | undefined): DataAccess {
  const resources = (sid: string) =>
    [document?.Statement.find((statement) => statement.Sid === sid)?.Resource ?? []].flat();
  const places = (sid: string) =>
    resources(sid).map((arn) => arn.replace(/^arn:[^:]+:s3:::/, "").replace(/\*$/, ""));
  return { reads: places("ReadData"), writes: places("WriteData"), kmsKeys: resources("UseKeys") };
}

/** Both together: `setup` adds, and never takes away. */
export function mergeAccess(before: DataAccess, added: DataAccess): DataAccess {
  return {
    reads: [...before.reads, ...added.reads],
    writes: [...before.writes, ...added.writes],
    kmsKeys: [...before.kmsKeys, ...added.kmsKeys],
  };
}

/** Sorted, and without places that a shorter one covers. */
function minimal(places: readonly string[]): string[] {
  return [...new Set(places)]
    .filter((place) => !places.some((other) => other !== place && place.startsWith(other)))
    .toSorted();
}

function bucketOf(place: string): string {
  return place.slice(0, place.indexOf("/"));
}
