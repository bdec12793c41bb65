import { ApiError } from "../call.ts";
import { sendEmpty, sendXml } from "./answer.ts";
import { readSmallBody } from "./body/small-body.ts";
import { requireWriteConditions } from "./conditions.ts";
import { invalidRequest, malformedXml } from "./s3-error.ts";
import { header, objectArn, type ObjectStore, type S3Request } from "./s3-request.ts";
import { childrenNamed, childText, parseRequestXml, type XmlMembers } from "./xml.ts";

/** S3 API reference, DeleteObjects. */
const mostKeys = 1000;

export async function deleteObject(request: S3Request, store: ObjectStore): Promise<void> {
  const { bucket, key } = request;
  const unused = await store.database.write(() => {
    if (header(request, "if-match") !== undefined) {
      requireWriteConditions(request, store.objects.find(bucket, key));
    }
    return store.objects.delete(bucket, key);
  });
  // A key that is not there is deleted just as well.
  sendEmpty(request, 204);
  await store.pieces.remove(unused);
}

export async function deleteObjects(request: S3Request, store: ObjectStore): Promise<void> {
  requireIntegrityHeader(request);
  const root = parseRequestXml((await readSmallBody(request)).toString("utf8"), "Delete");
  const keys = childrenNamed(root, "Object").map((entry) => childText(entry, "Key") ?? "");
  if (keys.length === 0 || keys.length > mostKeys || keys.includes("")) throw malformedXml();
  const isQuiet = childText(root, "Quiet") === "true";

  const allowed: string[] = [];
  const errors: XmlMembers[] = [];
  for (const key of keys) {
    const refusal = refusalFor(request, key);
    if (refusal) errors.push({ Key: key, Code: refusal.code, Message: refusal.message });
    else allowed.push(key);
  }
  const unused = await store.database.write(() =>
    allowed.flatMap((key) => store.objects.delete(request.bucket, key)),
  );
  sendXml(request, "DeleteResult", {
    Deleted: isQuiet ? [] : allowed.map((key) => ({ Key: key })),
    Error: errors,
  });
  await store.pieces.remove(unused);
}

function refusalFor({ signed, bucket }: S3Request, key: string): ApiError | undefined {
  try {
    signed.authorize([{ action: "s3:DeleteObject", resource: objectArn(bucket, key) }]);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function requireIntegrityHeader(request: S3Request): void {
  const names = Object.keys(request.http.headers);
  const isThere = names.some(
    (name) =>
      name === "content-md5" || name === "x-amz-trailer" || name.startsWith("x-amz-checksum-"),
  );
  if (isThere) return;
  throw invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
}
