import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiError } from "./call.ts";
import { iamQuery, stsQuery } from "./protocol/aws-query.ts";
import { ec2Query } from "./protocol/ec2-query.ts";
import { json } from "./protocol/json.ts";
import type { Protocol } from "./protocol/protocol.ts";
import { xmlError } from "./s3/xml.ts";
import type { ErrorFamily } from "./signature/api-error-of.ts";

/** How a request's errors are to be written. */
export interface RefusalForm {
  family: ErrorFamily;
  /** Undefined: S3's own document. */
  protocol: Protocol | undefined;
}

/** @param service of the credential scope; undefined: not known yet, so it is guessed from the headers. */
export function refusalForm(request: IncomingMessage, service: string | undefined): RefusalForm {
  if (service === "s3") return { family: "s3", protocol: undefined };
  if (service === "ec2") return { family: "ec2", protocol: ec2Query };
  if (request.headers["x-amz-target"] !== undefined) return { family: "json", protocol: json };
  if (service === "iam") return { family: "query", protocol: iamQuery };
  const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  if (service === "sts" || (service && isForm)) return { family: "query", protocol: stsQuery };
  // What is left of AWS speaks REST with JSON.
  if (service) return { family: "json", protocol: json };
  return isForm ? { family: "ec2", protocol: ec2Query } : { family: "s3", protocol: undefined };
}

export interface Refusal {
  request: IncomingMessage;
  response: ServerResponse;
  form: RefusalForm;
  requestId: string;
  error: ApiError;
}

/** Answers with an error; the rest of the body is read and thrown away. */
export function refuse({ request, response, form, requestId, error }: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // A client reads the answer only once it has sent its body.
  request.resume();
  if (!form.protocol) {
    const { code: Code, message: Message } = error;
    const body = xmlError({ Code, Message, RequestId: requestId, HostId: "runctl-local-cloud" });
    const headers = { "content-type": "application/xml", "x-amz-request-id": requestId };
    response.writeHead(error.status, headers).end(request.method === "HEAD" ? undefined : body);
    return;
  }
  const { status, contentType, body } = form.protocol.error(error, requestId);
  const headers = { "content-type": contentType, "x-amzn-requestid": requestId };
  response.writeHead(status, headers).end(body);
}
