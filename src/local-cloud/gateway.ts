import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { acceptHost } from "./accepted-host.ts";
import { ApiError } from "./call.ts";
import type { Entrance, GatewayParts } from "./gateway-parts.ts";
import { type IncomingParts, readIncoming } from "./incoming-request.ts";
import { answerS3Request } from "./s3-request.ts";
import { answerSchemaRequest } from "./schema-request.ts";
import { refuse, refusalForm } from "./refusal.ts";
import { apiErrorOf } from "./signature/api-error-of.ts";
import { readSignatureClaim, type SignatureClaim } from "./signature/signature-claim.ts";
import { SignatureError } from "./signature/signature-error.ts";

/** Takes requests to AWS: checks the host and reads whose signature it bears, then hands it to S3 or to a schema service. */
export async function passRequest(
  gateway: GatewayParts,
  entrance: Entrance,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const parts = readIncoming(request);
  const host = acceptHost(request.headers.host, {
    port: entrance.port,
    region: gateway.region,
    ...(entrance.guest ? { guestEndpoint: entrance.guest.endpoint } : {}),
  });
  if (!host) {
    response.writeHead(403, { "content-type": "text/plain", connection: "close" });
    response.end("this host name is not one of the local cloud's\n");
    return;
  }
  let form = refusalForm(request, undefined);
  try {
    const claim = requireClaim(parts, form);
    form = refusalForm(request, claim.service);
    const instanceId = entrance.guest?.instanceId;
    const passage = { request, response, parts, claim, requestId, bucket: host.bucket, instanceId };
    if (claim.service === "s3") return await answerS3Request(gateway, passage);
    const api = gateway.apis.get(claim.service);
    if (!api) {
      const message = `The local cloud has no service '${claim.service}'`;
      throw new ApiError("InvalidAction", message);
    }
    await answerSchemaRequest(gateway, api, passage);
  } catch (error) {
    if (!(error instanceof ApiError)) gateway.report(error);
    const known =
      error instanceof ApiError
        ? error
        : new ApiError("InternalError", "An internal error has occurred", 500);
    refuse({ request, response, form, requestId, error: known });
  }
}

function requireClaim(parts: IncomingParts, form: ReturnType<typeof refusalForm>): SignatureClaim {
  try {
    const claim = readSignatureClaim(parts, parts.query);
    if (claim) return claim;
    throw new SignatureError("unsigned", "the request is not signed");
  } catch (error) {
    throw error instanceof SignatureError ? apiErrorOf(form.family, error) : error;
  }
}
