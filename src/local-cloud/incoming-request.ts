import type { IncomingMessage } from "node:http";
import type { RequestToSign } from "./signature/canonical-request.ts";

/** A request's line and headers in the form that signatures are computed from. */
export interface IncomingParts extends RequestToSign {
  query: URLSearchParams;
  headerNames: readonly string[];
}

export function readIncoming(request: IncomingMessage): IncomingParts {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const rawPath = mark === -1 ? url : url.slice(0, mark);
  const rawQuery = mark === -1 ? "" : url.slice(mark + 1);
  return {
    method: request.method ?? "GET",
    rawPath,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    headerNames: Object.keys(request.headersDistinct),
    header: (name) => request.headersDistinct[name],
  };
}

/** The query without what signs a presigned URL. */
export function unsignedQuery(query: URLSearchParams): URLSearchParams {
  const rest = new URLSearchParams(query);
  for (const name of query.keys()) if (signingMembers.has(name)) rest.delete(name);
  return rest;
}

const signingMembers = new Set([
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Signature",
  "X-Amz-Security-Token",
  "X-Amz-Content-Sha256",
]);
