import { randomBytes } from "node:crypto";
import type { ApiError } from "../call.ts";
import { S3Error } from "./s3-error.ts";
import type { S3Request } from "./s3-request.ts";
import { xmlDocument, xmlError, type XmlMembers } from "./xml.ts";

export type AnswerHeaders = Readonly<Record<string, string | number | undefined>>;

/** The second id that S3 puts on every answer (`x-amz-id-2`, `HostId`), for AWS's support only. */
const hostId = randomBytes(48).toString("base64");

/** Sends status and headers; the body is up to the caller. Undefined headers are left out. */
export function startAnswer(request: S3Request, status: number, headers: AnswerHeaders): void {
  const { response, signed } = request;
  response.statusCode = status;
  response.setHeader("x-amz-request-id", signed.requestId);
  response.setHeader("x-amz-id-2", hostId);
  response.setHeader("Server", "AmazonS3");
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
}

export function sendEmpty(request: S3Request, status: number, headers: AnswerHeaders = {}): void {
  startAnswer(request, status, headers);
  request.response.end();
}

export function sendText(
  request: S3Request,
  contentType: string,
  text: string,
  headers: AnswerHeaders = {},
  status = 200,
): void {
  const body = Buffer.from(text);
  startAnswer(request, status, {
    ...headers,
    "Content-Type": contentType,
    "Content-Length": body.length,
  });
  request.response.end(request.http.method === "HEAD" ? undefined : body);
}

export function sendXml(
  request: S3Request,
  root: string,
  members: XmlMembers,
  headers: AnswerHeaders = {},
): void {
  sendText(request, "application/xml", xmlDocument(root, members), headers);
}

/** Answers an error as S3 does: a document, but nothing after HEAD or with status 304. */
export function sendError(request: S3Request, error: ApiError): void {
  const { response, http, signed } = request;
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const headers = error instanceof S3Error ? error.headers : {};
  if (http.method === "HEAD" || error.status === 304) {
    sendEmpty(request, error.status, headers);
    return;
  }
  const details = error instanceof S3Error ? error.details : {};
  const members = {
    Code: error.code,
    Message: error.message,
    ...details,
    Resource: signed.rawPath,
    RequestId: signed.requestId,
    HostId: hostId,
  };
  sendText(request, "application/xml", xmlError(members), headers, error.status);
}
