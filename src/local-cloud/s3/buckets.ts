import { sendEmpty, sendXml } from "./answer.ts";
import { readSmallBody } from "./body/small-body.ts";
import { S3Error } from "./s3-error.ts";
import { wholeSecondsNow, type ObjectStore, type S3Request } from "./s3-request.ts";
import { childText, parseRequestXml } from "./xml.ts";

export function listBuckets(request: S3Request, store: ObjectStore): void {
  sendXml(request, "ListAllMyBucketsResult", {
    Owner: { ID: store.accountId },
    Buckets: {
      Bucket: store.buckets.all().map(({ name, createdAt }) => ({
        Name: name,
        CreationDate: new Date(createdAt).toISOString(),
        BucketRegion: store.region,
      })),
    },
  });
}

export async function createBucket(request: S3Request, store: ObjectStore): Promise<void> {
  const { bucket } = request;
  requireBucketName(bucket);
  requireRegion(await wantedRegion(request), store.region);
  await store.database.write(() => {
    if (!store.buckets.find(bucket)) {
      store.buckets.add({ name: bucket, createdAt: wholeSecondsNow(store.clock) });
      return;
    }
    // Only us-east-1 answers the owner's second CreateBucket with success (S3 API reference, CreateBucket).
    if (store.region === "us-east-1") return;
    throw new S3Error(
      "BucketAlreadyOwnedByYou",
      "Your previous request to create the named bucket succeeded and you already own it.",
      409,
      { BucketName: bucket },
    );
  });
  sendEmpty(request, 200, { Location: `/${bucket}` });
}

async function wantedRegion(request: S3Request): Promise<string | undefined> {
  const body = await readSmallBody(request);
  if (body.length === 0) return undefined;
  return childText(
    parseRequestXml(body.toString("utf8"), "CreateBucketConfiguration"),
    "LocationConstraint",
  );
}

/** S3 user guide, "General purpose bucket naming rules". */
function requireBucketName(name: string): void {
  const isValid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u.test(name) &&
    !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/u.test(name) &&
    !/^(?:xn--|sthree-|amzn-s3-demo-)/u.test(name) &&
    !/(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/u.test(name);
  if (isValid) return;
  throw new S3Error("InvalidBucketName", "The specified bucket is not valid.", 400, {
    BucketName: name,
  });
}

/** us-east-1 is the one region that must not be named. */
function requireRegion(wanted: string | undefined, region: string): void {
  const isHere = region === "us-east-1" ? wanted === undefined : wanted === region;
  if (isHere) return;
  if (wanted === "us-east-1") {
    throw new S3Error(
      "InvalidLocationConstraint",
      "The specified location-constraint is not valid",
      400,
      { LocationConstraint: wanted },
    );
  }
  throw new S3Error(
    "IllegalLocationConstraintException",
    `The ${wanted ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    400,
  );
}

export function headBucket(request: S3Request, store: ObjectStore): void {
  sendEmpty(request, 200, {
    "x-amz-bucket-region": store.region,
    "x-amz-access-point-alias": "false",
    "Content-Type": "application/xml",
  });
}

export async function deleteBucket(request: S3Request, store: ObjectStore): Promise<void> {
  const { bucket } = request;
  const unused = await store.database.write(() => {
    if (!store.objects.isEmpty(bucket)) {
      throw new S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty", 409, {
        BucketName: bucket,
      });
    }
    // Unfinished uploads do not keep a bucket from being deleted.
    const uploads = [...store.uploads.list(bucket, "", "")];
    const files = uploads.flatMap(({ id }) => store.uploads.delete(id));
    store.buckets.delete(bucket);
    return files;
  });
  sendEmpty(request, 204);
  await store.pieces.remove(unused);
}
