import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../clock.ts";
import type { SignedRequest } from "../s3-handler.ts";
import type { BucketRows } from "./index/bucket-rows.ts";
import type { IndexDatabase } from "./index/index-database.ts";
import type { ObjectRows } from "./index/object-rows.ts";
import type { UploadRows } from "./index/upload-rows.ts";
import type { PieceFiles } from "./piece-files.ts";
import { S3Error } from "./s3-error.ts";

/** One request, told apart into bucket and key. */
export interface S3Request {
  http: IncomingMessage;
  response: ServerResponse;
  signed: SignedRequest;
  /** Empty for the list of all buckets. */
  bucket: string;
  /** Decoded; empty for requests to the bucket. */
  key: string;
}

/** What the operations work on. */
export interface ObjectStore {
  accountId: string;
  region: string;
  clock: Clock;
  database: IndexDatabase;
  buckets: BucketRows;
  objects: ObjectRows;
  uploads: UploadRows;
  pieces: PieceFiles;
}

export type S3Operation = (request: S3Request, store: ObjectStore) => Promise<void> | void;

/** A request header as one string. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.http.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

/** Now, cut to the whole second that S3 shows. */
export function wholeSecondsNow(clock: Clock): number {
  return Math.floor(clock.now() / 1000) * 1000;
}

/** @throws S3Error InvalidURI when the path is not percent-encoded UTF-8; KeyTooLongError. */
export function bucketAndKey(signed: SignedRequest): { bucket: string; key: string } {
  const path = signed.rawPath.slice(1);
  if (signed.bucket !== undefined) return { bucket: signed.bucket, key: decodeKey(path) };
  const slash = path.indexOf("/");
  if (slash === -1) return { bucket: decodeKey(path), key: "" };
  return { bucket: decodeKey(path.slice(0, slash)), key: decodeKey(path.slice(slash + 1)) };
}

/** UTF-8 bytes. S3 user guide, "Naming Amazon S3 objects". */
const maxKeyBytes = 1024;

export function decodeKey(encoded: string): string {
  let key: string;
  try {
    key = decodeURIComponent(encoded);
  } catch {
    throw new S3Error("InvalidURI", "Couldn't parse the specified URI.", 400, { URI: encoded });
  }
  if (Buffer.byteLength(key) <= maxKeyBytes) return key;
  throw new S3Error("KeyTooLongError", "Your key is too long", 400, {
    Size: String(Buffer.byteLength(key)),
    MaxSizeAllowed: String(maxKeyBytes),
  });
}

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
export const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;
