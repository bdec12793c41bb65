import { describeObject } from "./object-headers.ts";
import type { StoredObject } from "./index/object-rows.ts";
import { noSuchKey, notImplemented, preconditionFailed, S3Error } from "./s3-error.ts";
import { header, type S3Request } from "./s3-request.ts";

/** Names of the four conditional headers: a copy prefixes those that speak of its source. */
const names = (prefix: string): Record<"match" | "noneMatch" | "since" | "unmodified", string> => ({
  match: `${prefix}if-match`,
  noneMatch: `${prefix}if-none-match`,
  since: `${prefix}if-modified-since`,
  unmodified: `${prefix}if-unmodified-since`,
});

/**
 * The conditions of GET and HEAD.
 *
 * @throws S3Error 412 PreconditionFailed or 304.
 * @see S3 API reference, GetObject: If-Match wins over If-Unmodified-Since, If-None-Match over If-Modified-Since.
 */
export function requireReadConditions(request: S3Request, object: StoredObject): void {
  const failed = failedCondition(request, object, "");
  if (failed === undefined) return;
  if (failed.isNotModified) {
    const error = new S3Error("NotModified", "Not Modified", 304);
    const { ETag, "Last-Modified": modified } = describeObject(object);
    error.headers = { ETag, "Last-Modified": modified };
    throw error;
  }
  throw preconditionFailed(failed.name);
}

/** The `x-amz-copy-source-if-*` conditions: all of them fail with 412. */
export function requireCopyConditions(request: S3Request, source: StoredObject): void {
  const failed = failedCondition(request, source, "x-amz-copy-source-");
  if (failed !== undefined) throw preconditionFailed(failed.name);
}

function failedCondition(
  request: S3Request,
  object: StoredObject,
  prefix: string,
): { name: string; isNotModified: boolean } | undefined {
  const { match, noneMatch, since, unmodified } = names(prefix);
  const wanted = header(request, match);
  const unwanted = header(request, noneMatch);
  if (wanted !== undefined) {
    if (!listsEtag(wanted, object.etag)) return { name: match, isNotModified: false };
  } else if (isAfter(object.modifiedAt, header(request, unmodified)) === true) {
    return { name: unmodified, isNotModified: false };
  }
  if (unwanted !== undefined) {
    if (listsEtag(unwanted, object.etag)) return { name: noneMatch, isNotModified: true };
  } else if (isAfter(object.modifiedAt, header(request, since)) === false) {
    return { name: since, isNotModified: true };
  }
  return undefined;
}

/** Undefined when there is no such date: S3 ignores dates that it cannot read. */
function isAfter(modifiedAt: number, date: string | undefined): boolean | undefined {
  const limit = Date.parse(date ?? "");
  return Number.isNaN(limit) ? undefined : modifiedAt > limit;
}

function listsEtag(list: string, etag: string): boolean {
  return list
    .split(",")
    .map((entry) => entry.trim().replace(/^W\//u, "").replaceAll('"', ""))
    .some((entry) => entry === "*" || entry === etag);
}

/**
 * The conditions of PUT, CompleteMultipartUpload and DELETE. To be asked inside the write, so that of
 * several writers with the same condition one wins.
 *
 * @throws S3Error PreconditionFailed, or NoSuchKey for If-Match without an object.
 * @see S3 user guide, "Add preconditions to S3 operations with conditional requests".
 */
export function requireWriteConditions(
  request: S3Request,
  current: StoredObject | undefined,
): void {
  const noneMatch = header(request, "if-none-match");
  if (noneMatch !== undefined) {
    if (noneMatch !== "*") throw notImplemented("If-None-Match");
    if (current) throw preconditionFailed("If-None-Match");
  }
  const match = header(request, "if-match");
  if (match === undefined) return;
  if (!current) throw noSuchKey(request.key);
  if (!listsEtag(match, current.etag)) throw preconditionFailed("If-Match");
}
