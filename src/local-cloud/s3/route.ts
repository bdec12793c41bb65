import type { S3Operation } from "./s3-request.ts";

/** One line of the table that tells operations apart. */
export interface Route {
  level: "service" | "bucket" | "object";
  method: string;
  /** Query names that must be there; a route with none is taken when no sub-resource is named. */
  query?: readonly string[];
  /** With `x-amz-copy-source`. */
  copies?: true;
  /** What the caller must be allowed on the bucket or the object. */
  actions: readonly string[];
  run: S3Operation;
}
