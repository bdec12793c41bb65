import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import { ApiError } from "../call.ts";
import type { S3Handler } from "../s3-handler.ts";
import { sendError } from "./answer.ts";
import { openBucketRows } from "./index/bucket-rows.ts";
import { openIndexDatabase } from "./index/index-database.ts";
import { openObjectRows } from "./index/object-rows.ts";
import { openUploadRows } from "./index/upload-rows.ts";
import { openPieceFiles } from "./piece-files.ts";
import { checksOf, findRoute } from "./routes.ts";
import { accessDenied, noSuchBucket } from "./s3-error.ts";
import { bucketAndKey, header, type ObjectStore, type S3Request } from "./s3-request.ts";
import { ClientGone } from "./send-pieces.ts";

export interface S3Options {
  /** Of its own; made when absent. Holds the index and the files of large bodies. */
  directory: string;
  accountId: string;
  region: string;
  clock: Clock;
}

export interface S3 extends S3Handler {
  counts(): { buckets: number; objects: number };
  stop(): Promise<void>;
}

/** Opens the object store of a state directory, and clears away what a killed server left in it. */
export async function createS3(options: S3Options): Promise<S3> {
  const store = await openObjectStore(options);
  return {
    handle: async (http, response, signed) => {
      const request: S3Request = { http, response, signed, bucket: "", key: "" };
      try {
        Object.assign(request, bucketAndKey(signed));
        await answer(request, store);
      } catch (error) {
        if (isClientGone(error, request)) return;
        if (!(error instanceof ApiError) || response.headersSent) throw error;
        sendError(request, error);
      } finally {
        // What an error left unread is read, so that the client gets to the answer.
        http.resume();
      }
    },
    counts: () => ({ buckets: store.buckets.all().length, objects: store.objects.count() }),
    stop: () => store.database.close(),
  };
}

async function openObjectStore(options: S3Options): Promise<ObjectStore> {
  const { directory, accountId, region, clock } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const database = await openIndexDatabase(join(directory, "index.sqlite"), clock.now());
  const pieces = openPieceFiles(join(directory, "pieces"));
  const objects = openObjectRows(database);
  const uploads = openUploadRows(database);
  pieces.sweep((file) => objects.namesFile(file) || uploads.namesFile(file));
  const buckets = openBucketRows(database);
  return { accountId, region, clock, database, buckets, objects, uploads, pieces };
}

async function answer(request: S3Request, store: ObjectStore): Promise<void> {
  const route = findRoute(request);
  const expectedOwner = header(request, "x-amz-expected-bucket-owner");
  if (expectedOwner !== undefined && expectedOwner !== store.accountId) throw accessDenied();
  const checks = checksOf(route, request);
  if (checks.length > 0) request.signed.authorize(checks);
  const makesBucket = route.level === "bucket" && route.actions.includes("s3:CreateBucket");
  if (route.level !== "service" && !makesBucket && !store.buckets.find(request.bucket)) {
    throw noSuchBucket(request.bucket);
  }
  await route.run(request, store);
}

/** Nobody is left to be answered: the client closed the connection while sending or receiving. */
function isClientGone(error: unknown, { http }: S3Request): boolean {
  return error instanceof ClientGone || http.errored !== null;
}
