import { createAuthorize } from "./authorize.ts";
import { ApiError, type AuthorizationCheck, type Principal } from "./call.ts";
import type { GatewayParts, Passage } from "./gateway-parts.ts";
import { unsignedQuery } from "./incoming-request.ts";
import type { SignedBody, SignedRequest } from "./s3-handler.ts";
import { s3OperationName } from "./s3-operation-name.ts";
import { apiErrorOf } from "./signature/api-error-of.ts";
import type { ChunkSeed } from "./signature/chunk-signature.ts";
import { SignatureError } from "./signature/signature-error.ts";
import { verifySignature } from "./signature/verify-signature.ts";

const unsignedPayload = "UNSIGNED-PAYLOAD";

/** Verifies a request to S3 and hands it on with its body unread. */
export async function answerS3Request(gateway: GatewayParts, passage: Passage): Promise<void> {
  const { request, response, parts, requestId, bucket, instanceId } = passage;
  if (instanceId !== undefined && hasNoS3(gateway)) {
    // As without a route: no answer at all.
    request.socket.destroy();
    return;
  }
  const { principal, body } = verify(gateway, passage);
  const query = unsignedQuery(parts.query);
  const signed: SignedRequest = {
    requestId,
    region: gateway.region,
    principal,
    bucket,
    rawPath: parts.rawPath,
    query,
    body,
    authorize: authorizeOrThrottle(gateway, principal),
  };
  const action = s3OperationName(parts.method, {
    ...targetOf(parts.rawPath, bucket),
    query,
    isCopy: parts.header("x-amz-copy-source") !== undefined,
  });
  const observed = { requestId, service: "s3", action, principal, instanceId };
  await gateway.observe({ ...observed, phase: "before" });
  await gateway.s3.handle(request, response, signed);
  await gateway.observe({ ...observed, phase: "after", status: response.statusCode });
}

function hasNoS3(gateway: GatewayParts): boolean {
  return gateway.faults.list().some((fault) => fault.kind === "no-s3-from-instances");
}

function verify(gateway: GatewayParts, passage: Passage) {
  const { parts, claim } = passage;
  try {
    const payloadHash = requirePayloadHash(passage);
    const { principal, seed } = verifySignature(parts, claim, {
      region: gateway.region,
      now: gateway.clock.now(),
      findKey: gateway.findKey,
      pathEncoding: "once",
      everyAmzHeaderSigned: true,
      headerNames: parts.headerNames,
      payloadHash,
    });
    return { principal, body: signedBody(payloadHash, seed) };
  } catch (error) {
    throw error instanceof SignatureError ? apiErrorOf("s3", error) : error;
  }
}

function requirePayloadHash({ parts, claim }: Passage): string {
  const header = parts.header("x-amz-content-sha256")?.[0];
  if (claim.place === "presigned") {
    return header ?? parts.query.get("X-Amz-Content-Sha256") ?? unsignedPayload;
  }
  if (header !== undefined) return header;
  throw new SignatureError("no-payload-hash", "x-amz-content-sha256 is missing");
}

/** @see S3 API reference, "Authenticating Requests: Using the Authorization Header" (values of x-amz-content-sha256). */
function signedBody(payloadHash: string, seed: ChunkSeed): SignedBody {
  switch (payloadHash) {
    case unsignedPayload:
      return { kind: "unsigned" };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return { kind: "unsigned-chunks" };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return { kind: "signed-chunks", hasTrailer: false, seed };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return { kind: "signed-chunks", hasTrailer: true, seed };
    default:
      if (/^[0-9a-f]{64}$/i.test(payloadHash)) {
        return { kind: "sha256", sha256: payloadHash.toLowerCase() };
      }
      throw new ApiError(
        "InvalidArgument",
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value.",
      );
  }
}

/** S3's permissions are known only to its operations: the fault strikes where the first one is asked for. */
function authorizeOrThrottle(
  gateway: GatewayParts,
  principal: Principal,
): (checks: readonly AuthorizationCheck[]) => void {
  const authorize = createAuthorize(principal, gateway.findDenial, "s3");
  let isFirst = true;
  return (checks) => {
    const action = checks[0]?.action;
    if (isFirst && action !== undefined && gateway.faults.takeThrottle(action)) {
      throw new ApiError("SlowDown", "Please reduce your request rate.", 503);
    }
    isFirst = false;
    authorize(checks);
  };
}

function targetOf(rawPath: string, bucket: string | undefined) {
  const [first = "", ...rest] = rawPath.slice(1).split("/");
  if (bucket !== undefined) return { bucket: true, key: rawPath !== "/" && rawPath !== "" };
  return { bucket: first !== "", key: rest.join("/") !== "" };
}
