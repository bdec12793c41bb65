import { sendXml } from "./answer.ts";
import type { ListedObject } from "./index/object-rows.ts";
import { listPage, type ListPage } from "./list-page.ts";
import { invalidArgument } from "./s3-error.ts";
import type { ObjectStore, S3Request } from "./s3-request.ts";
import type { XmlMembers } from "./xml.ts";

/** S3 API reference, ListObjectsV2: a page has at most this many keys, whatever was asked for. */
const mostKeys = 1000;

export function listObjectsV2(request: S3Request, store: ObjectStore): void {
  const { query } = request.signed;
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? undefined;
  const wanted = commonParameters(request);
  const after = token === null ? startAfter : readToken(token);
  const page = walkPage(request, store, wanted, after);
  const withOwner = query.get("fetch-owner") === "true";
  sendXml(request, "ListBucketResult", {
    ...describePage(request, wanted, page),
    KeyCount: page.entries.length + page.commonPrefixes.length,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.isTruncated ? writeToken(page.last!) : undefined,
    StartAfter: startAfter === undefined ? undefined : wanted.encode(startAfter),
    ...describeEntries(page, wanted, withOwner ? store.accountId : undefined),
  });
}

export function listObjectsV1(request: S3Request, store: ObjectStore): void {
  const marker = request.signed.query.get("marker") ?? "";
  const wanted = commonParameters(request);
  const page = walkPage(request, store, wanted, marker === "" ? undefined : marker);
  // S3 gives NextMarker only with a delimiter; without one the last key serves.
  const hasNext = page.isTruncated && wanted.delimiter !== "";
  sendXml(request, "ListBucketResult", {
    ...describePage(request, wanted, page),
    Marker: wanted.encode(marker),
    NextMarker: hasNext ? wanted.encode(page.last!) : undefined,
    ...describeEntries(page, wanted, store.accountId),
  });
}

interface ListParameters {
  prefix: string;
  delimiter: string;
  maxKeys: number;
  encode: (text: string) => string;
  encodingType: string | undefined;
}

/** What all listings of keys take. @throws S3Error InvalidArgument. */
export function commonParameters(request: S3Request, maxName = "max-keys"): ListParameters {
  const { query } = request.signed;
  const encodingType = query.get("encoding-type") ?? undefined;
  if (encodingType !== undefined && encodingType !== "url") {
    throw invalidArgument(
      "Invalid Encoding Method specified in Request",
      "encoding-type",
      encodingType,
    );
  }
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    maxKeys: Math.min(mostKeys, wholeNumber(query, maxName) ?? mostKeys),
    encode: encodingType === undefined ? (text) => text : urlEncode,
    encodingType,
  };
}

/** @throws S3Error InvalidArgument when it is there and not a whole number. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
}

/** As S3 does for `encoding-type=url`: slashes stay, a space becomes a plus. */
function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+")
    .replace(/[!'()~]/gu, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function walkPage(
  { bucket }: S3Request,
  store: ObjectStore,
  { prefix, delimiter, maxKeys }: ListParameters,
  after: string | undefined,
): ListPage<ListedObject> {
  return listPage((from, before) => store.objects.list(bucket, from, before), {
    prefix,
    delimiter,
    maxKeys,
    after,
  });
}

function describePage(
  { bucket }: S3Request,
  { prefix, delimiter, maxKeys, encode, encodingType }: ListParameters,
  page: ListPage<ListedObject>,
): XmlMembers {
  return {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === "" ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    EncodingType: encodingType,
    IsTruncated: page.isTruncated,
  };
}

function describeEntries(
  page: ListPage<ListedObject>,
  { encode }: ListParameters,
  ownerId: string | undefined,
): XmlMembers {
  return {
    Contents: page.entries.map((object) => ({
      Key: encode(object.key),
      LastModified: new Date(object.modifiedAt).toISOString(),
      ETag: `"${object.etag}"`,
      ChecksumAlgorithm: object.checksum.algorithm,
      ChecksumType: object.checksum.type,
      Size: object.size,
      Owner: ownerId === undefined ? undefined : { ID: ownerId },
      StorageClass: object.headers["x-amz-storage-class"] ?? "STANDARD",
    })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

/** Tokens are opaque to clients; ours is the key that the page comes after. */
function writeToken(after: string): string {
  return Buffer.from(`1${after}`).toString("base64url");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (text.startsWith("1") && writeToken(text.slice(1)) === token) return text.slice(1);
  throw invalidArgument(
    "The continuation token provided is incorrect",
    "continuation-token",
    token,
  );
}
