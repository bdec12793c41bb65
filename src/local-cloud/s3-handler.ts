import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuthorizationCheck, Principal } from "./call.ts";
import type { ChunkSeed } from "./signature/chunk-signature.ts";

/** A request to S3 whose signature was verified. Its body was not read yet. */
export interface SignedRequest {
  /** To be sent as `x-amz-request-id` and in error documents. */
  requestId: string;
  /** Region of the credential scope. */
  region: string;
  principal: Principal;
  /** By virtual-host name; undefined: path style, the first segment of the path is the bucket, or there is none. */
  bucket: string | undefined;
  /** The path as sent, still percent-encoded, without the query; in virtual-host style it is `/KEY`. */
  rawPath: string;
  /** Without the members of a presigned URL (`X-Amz-Signature` and the like). */
  query: URLSearchParams;
  body: SignedBody;
  /** @throws ApiError AccessDenied when one of the checks is not allowed. */
  authorize(checks: readonly AuthorizationCheck[]): void;
}

/** How the signature covers the body: whoever reads the body must hold it against this. */
export type SignedBody =
  /** `UNSIGNED-PAYLOAD`, or a presigned URL. */
  | { kind: "unsigned" }
  /** The SHA-256 of the whole body, in hex; otherwise `XAmzContentSHA256Mismatch`. */
  | { kind: "sha256"; sha256: string }
  /** aws-chunked, each chunk signed (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD[-TRAILER]`); see chunk-signature.ts. */
  | { kind: "signed-chunks"; hasTrailer: boolean; seed: ChunkSeed }
  /** aws-chunked with a trailer but no signatures (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`). */
  | { kind: "unsigned-chunks" };

/** S3 as the server sees it: it gets verified requests and answers them whole. */
export interface S3Handler {
  /** Writes errors as S3 does; a rejection is a bug and is answered `InternalError`. */
  handle(request: IncomingMessage, response: ServerResponse, signed: SignedRequest): Promise<void>;
  /** Ends what runs in the background. */
  stop?(): Promise<void>;
}
