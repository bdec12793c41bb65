import { createHash } from "node:crypto";
import { createAuthorize } from "./authorize.ts";
import { ApiError, type Call, type Principal } from "./call.ts";
import type { GatewayParts, Passage } from "./gateway-parts.ts";
import { unsignedQuery } from "./incoming-request.ts";
import { answerCall, type Api } from "./protocol/answer-call.ts";
import type { WireAnswer, WireRequest } from "./protocol/protocol.ts";
import { readBody } from "./read-body.ts";
import { refusalForm } from "./refusal.ts";
import { apiErrorOf } from "./signature/api-error-of.ts";
import { SignatureError } from "./signature/signature-error.ts";
import { verifySignature } from "./signature/verify-signature.ts";

/** Verifies a request to a service other than S3, runs its operation and answers. */
export async function answerSchemaRequest(
  gateway: GatewayParts,
  api: Api,
  passage: Passage,
): Promise<void> {
  const { request, parts, requestId } = passage;
  const body = await readBody(request);
  const { family } = refusalForm(request, passage.claim.service);
  const principal = verify(gateway, passage, body, family);
  const wire: WireRequest = {
    method: parts.method,
    query: unsignedQuery(parts.query),
    headers: request.headers,
    body,
  };
  const action = api.protocol.action(wire);
  const authorize = createAuthorize(principal, gateway.findDenial, family);
  const call: Call = { requestId, region: gateway.region, principal, authorize };
  const { instanceId } = passage;
  const observed = { requestId, service: api.prefix, action, principal, instanceId };

  await gateway.observe({ ...observed, phase: "before" });
  let answer: WireAnswer;
  try {
    if (gateway.faults.takeThrottle(`${api.prefix}:${action}`)) throw throttled(family);
    answer = await answerCall(api, action, wire, call);
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 500;
    await gateway.observe({ ...observed, phase: "after", status });
    throw error;
  }
  await gateway.observe({ ...observed, phase: "after", status: answer.status });
  const headers = { "content-type": answer.contentType, "x-amzn-requestid": requestId };
  passage.response.writeHead(answer.status, headers).end(answer.body);
}

type Family = ReturnType<typeof refusalForm>["family"];

function verify(gateway: GatewayParts, passage: Passage, body: Buffer, family: Family): Principal {
  const { parts, claim } = passage;
  try {
    const payloadHash = createHash("sha256").update(body).digest("hex");
    const claimed = parts.header("x-amz-content-sha256")?.[0];
    if (claimed !== undefined && claimed !== payloadHash) {
      const message = "The provided 'x-amz-content-sha256' header does not match what was computed";
      throw new SignatureError("wrong-payload-hash", message);
    }
    const { principal } = verifySignature(parts, claim, {
      region: gateway.region,
      now: gateway.clock.now(),
      findKey: gateway.findKey,
      pathEncoding: "twice",
      everyAmzHeaderSigned: false,
      headerNames: parts.headerNames,
      payloadHash,
    });
    return principal;
  } catch (error) {
    throw error instanceof SignatureError ? apiErrorOf(family, error) : error;
  }
}

/** @see EC2 API reference, "Request throttling"; IAM and SSM API references, "Common errors". */
function throttled(family: Family): ApiError {
  if (family === "ec2") {
    return new ApiError("RequestLimitExceeded", "Request limit exceeded.", 503);
  }
  return family === "json"
    ? new ApiError("ThrottlingException", "Rate exceeded", 400)
    : new ApiError("Throttling", "Rate exceeded", 400);
}
