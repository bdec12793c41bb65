import type { AuthorizationCheck } from "../call.ts";
import { documentRoutes } from "./bucket-documents.ts";
import { createBucket, deleteBucket, headBucket, listBuckets } from "./buckets.ts";
import { abortUpload, completeUpload } from "./complete-upload.ts";
import { copyObject } from "./copy-object.ts";
import { createUpload } from "./create-upload.ts";
import { deleteObject, deleteObjects } from "./delete-objects.ts";
import { getObject, headObject } from "./get-object.ts";
import { listObjectsV1, listObjectsV2 } from "./list-objects.ts";
import { listParts, listUploads } from "./list-uploads.ts";
import { getObjectAttributes } from "./object-attributes.ts";
import { putObject } from "./put-object.ts";
import type { Route } from "./route.ts";
import { notImplemented, S3Error } from "./s3-error.ts";
import { uploadPart, uploadPartCopy } from "./upload-part.ts";
import { bucketArn, header, objectArn, type S3Request } from "./s3-request.ts";

const routes: readonly Route[] = [
  { level: "service", method: "GET", actions: ["s3:ListAllMyBuckets"], run: listBuckets },
  { level: "bucket", method: "PUT", actions: ["s3:CreateBucket"], run: createBucket },
  { level: "bucket", method: "HEAD", actions: ["s3:ListBucket"], run: headBucket },
  { level: "bucket", method: "DELETE", actions: ["s3:DeleteBucket"], run: deleteBucket },
  {
    level: "bucket",
    method: "GET",
    query: ["list-type"],
    actions: ["s3:ListBucket"],
    run: listObjectsV2,
  },
  { level: "bucket", method: "GET", actions: ["s3:ListBucket"], run: listObjectsV1 },
  // DeleteObjects asks for each key by itself and tells of the refused ones.
  { level: "bucket", method: "POST", query: ["delete"], actions: [], run: deleteObjects },
  { level: "object", method: "GET", actions: ["s3:GetObject"], run: getObject },
  { level: "object", method: "HEAD", actions: ["s3:GetObject"], run: headObject },
  { level: "object", method: "PUT", actions: ["s3:PutObject"], run: putObject },
  { level: "object", method: "DELETE", actions: ["s3:DeleteObject"], run: deleteObject },
  { level: "object", method: "PUT", copies: true, actions: ["s3:PutObject"], run: copyObject },
  {
    level: "object",
    method: "GET",
    query: ["attributes"],
    actions: ["s3:GetObject", "s3:GetObjectAttributes"],
    run: getObjectAttributes,
  },
  {
    level: "object",
    method: "POST",
    query: ["uploads"],
    actions: ["s3:PutObject"],
    run: createUpload,
  },
  {
    level: "object",
    method: "PUT",
    query: ["partNumber", "uploadId"],
    actions: ["s3:PutObject"],
    run: uploadPart,
  },
  {
    level: "object",
    method: "PUT",
    query: ["partNumber", "uploadId"],
    copies: true,
    actions: ["s3:PutObject"],
    run: uploadPartCopy,
  },
  {
    level: "object",
    method: "POST",
    query: ["uploadId"],
    actions: ["s3:PutObject"],
    run: completeUpload,
  },
  {
    level: "object",
    method: "DELETE",
    query: ["uploadId"],
    actions: ["s3:AbortMultipartUpload"],
    run: abortUpload,
  },
  {
    level: "object",
    method: "GET",
    query: ["uploadId"],
    actions: ["s3:ListMultipartUploadParts"],
    run: listParts,
  },
  {
    level: "bucket",
    method: "GET",
    query: ["uploads"],
    actions: ["s3:ListBucketMultipartUploads"],
    run: listUploads,
  },
  ...documentRoutes,
];

/** Query names that choose another operation of S3: what is not in the table above is refused. */
const subResources = new Set(
  (
    "abac accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle " +
    "list-type location logging metadataConfiguration metadataInventoryTable metadataJournalTable metadataTable metrics " +
    "notification object-lock ownershipControls partNumber policy policyStatus publicAccessBlock renameObject replication " +
    "requestPayment restore retention select session tagging torrent uploadId uploads versioning versions website"
  ).split(" "),
);

/** @throws S3Error NotImplemented or MethodNotAllowed. */
export function findRoute(request: S3Request): Route {
  const { http, signed, bucket, key } = request;
  const level = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  const copies = header(request, "x-amz-copy-source") !== undefined;
  const named = [...new Set(signed.query.keys())].filter((name) => subResources.has(name));
  const candidates = routes.filter(
    (route) =>
      route.level === level &&
      route.method === http.method &&
      (route.copies ?? false) === (copies && http.method === "PUT" && level === "object"),
  );
  const found = candidates.find((route) => isSameSet(route.query ?? [], named));
  if (found) return found;
  // A plain GET or HEAD of an object may choose one of its parts.
  const readsPart = named.length === 1 && named[0] === "partNumber" && http.method !== "PUT";
  const plain = candidates.find((route) => route.query === undefined);
  if (plain && level === "object" && readsPart) return plain;
  if (named.length > 0) throw notImplemented(named.join(", "));
  throw new S3Error(
    "MethodNotAllowed",
    "The specified method is not allowed against this resource.",
    405,
    { Method: http.method ?? "", ResourceType: level.toUpperCase() },
  );
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name));
}

/** What the policies are asked before anything is read or written. */
export function checksOf(route: Route, request: S3Request): AuthorizationCheck[] {
  const { bucket, key } = request;
  const resource =
    route.level === "service"
      ? "*"
      : route.level === "bucket"
        ? bucketArn(bucket)
        : objectArn(bucket, key);
  return route.actions.map((action) => ({ action, resource, context: listContext(request) }));
}

/** The condition keys of listings. Service authorization reference, "Condition keys for Amazon S3". */
function listContext({ signed }: S3Request): Record<string, string> {
  const context: Record<string, string> = {};
  for (const name of ["prefix", "delimiter", "max-keys"]) {
    const value = signed.query.get(name);
    if (value !== null) context[`s3:${name}`] = value;
  }
  return context;
}
