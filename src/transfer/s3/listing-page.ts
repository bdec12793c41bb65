import { RunctlError } from "../../errors.ts";
import { plainEtag } from "./object-headers.ts";
import { resolveEntities } from "./xml-answer.ts";
import { ShortBody } from "./s3-failure.ts";

/** An object as a listing tells of it. */
export interface ListedObject {
  key: string;
  sizeBytes: number;
  /** Without quotes. */
  etag: string;
  /** When S3 got it, in milliseconds since 1970. */
  modifiedMs: number;
}

export interface ListingPage {
  objects: ListedObject[];
  /** What keys have in common up to the delimiter; empty without one. */
  prefixes: string[];
  /** Undefined: this is the last page. */
  nextToken: string | undefined;
}

/**
 * Reads the answer to ListObjectsV2 with `encoding-type=url`. Searching for the few tags that matter is many times
 * faster than building a tree of all of them, and the order of the tags in an entry does not matter.
 *
 * @throws ShortBody when the document has no end; RunctlError AWS_ERROR when it lacks what it must have.
 */
export function readListingPage(text: string): ListingPage {
  const page: ListingPage = { objects: [], prefixes: [], nextToken: undefined };
  if (!text.trimEnd().endsWith("</ListBucketResult>")) {
    throw new ShortBody("the listing has no end");
  }
  const isUrl = textOf(text, "EncodingType", 0, text.length) === "url";
  let end = 0;
  for (;;) {
    const start = text.indexOf("<Contents>", end);
    if (start < 0) break;
    end = endOf(text, "</Contents>", start);
    page.objects.push(readObject(text, start, end, isUrl));
  }
  for (let at = 0; ;) {
    const start = text.indexOf("<CommonPrefixes>", at);
    if (start < 0) break;
    at = endOf(text, "</CommonPrefixes>", start);
    page.prefixes.push(decodeName(required(text, "Prefix", start, at), isUrl));
  }
  if (textOf(text, "IsTruncated", 0, text.length) === "true") {
    const token = required(text, "NextContinuationToken", 0, text.length);
    // Without one the listing would end here as if it were whole.
    if (token === "") throw unreadable("NextContinuationToken");
    page.nextToken = resolveEntities(token);
  }
  return page;
}

function readObject(text: string, start: number, end: number, isUrl: boolean): ListedObject {
  const sizeText = required(text, "Size", start, end);
  const modifiedMs = Date.parse(required(text, "LastModified", start, end));
  // 50 TB have 14 digits.
  if (!/^\d{1,15}$/.test(sizeText) || Number.isNaN(modifiedMs)) throw unreadable("size or time");
  return {
    key: ownText(decodeName(required(text, "Key", start, end), isUrl)),
    sizeBytes: Number(sizeText),
    etag: plainEtag(resolveEntities(required(text, "ETag", start, end))),
    modifiedMs,
  };
}

/**
 * V8 keeps a piece of a text as a view of all of it: the page would be in memory as long as any of its keys. 0.2 µs; the
 * download of 50,000 objects has 165 MB at its peak in place of 194, of a million 275 in place of 285.
 */
const ownText = (piece: string) => Buffer.from(piece).toString();

/** @returns the index where `tag` begins, which closes what begins at `from`. */
function endOf(text: string, tag: string, from: number): number {
  const end = text.indexOf(tag, from);
  if (end < 0) throw unreadable(tag);
  return end;
}

function required(text: string, name: string, from: number, to: number): string {
  const found = textOf(text, name, from, to);
  if (found === undefined) throw unreadable(`<${name}>`);
  return found;
}

function textOf(text: string, name: string, from: number, to: number): string | undefined {
  const open = `<${name}>`;
  const start = text.indexOf(open, from);
  if (start < 0 || start >= to) return undefined;
  const first = start + open.length;
  return text.slice(first, endOf(text, "<", first));
}

const unreadable = (what: string) =>
  new RunctlError("AWS_ERROR", `the listing from S3 cannot be read: ${what} is missing`);

/** S3 writes a space as `+` in url-encoded listings. */
function decodeName(text: string, isUrl: boolean): string {
  const plain = resolveEntities(text);
  if (!isUrl || !/[%+]/.test(plain)) return plain;
  try {
    return decodeURIComponent(plain.replaceAll("+", " "));
  } catch {
    throw unreadable("a key in UTF-8");
  }
}
