import type { IncomingHttpHeaders } from "node:http";
import type { NormalizedSchema } from "@smithy/core/schema";
import type { ApiError } from "../call.ts";

/** A request as it came, with its whole body. */
export interface WireRequest {
  method: string;
  /** Without the members of a presigned URL. */
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface WireAnswer {
  status: number;
  contentType: string;
  body: string;
}

/** How one of AWS's protocols writes calls, results and errors; the shapes come from the SDK's schemas. */
export interface Protocol {
  /** Such as `CreateVolume`. @throws ApiError MissingAction when the request names none. */
  action(request: WireRequest): string;
  /** @throws ApiError when a member is unknown, missing or of the wrong type. */
  input(request: WireRequest, schema: NormalizedSchema): unknown;
  answer(action: string, schema: NormalizedSchema, output: unknown, requestId: string): WireAnswer;
  error(error: ApiError, requestId: string): WireAnswer;
}
