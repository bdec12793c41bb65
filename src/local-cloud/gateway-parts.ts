import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { FindDenial } from "./authorize.ts";
import type { Faults } from "./faults.ts";
import type { IncomingParts } from "./incoming-request.ts";
import type { Api } from "./protocol/answer-call.ts";
import type { ObserveRequest } from "./request-observer.ts";
import type { S3Handler } from "./s3-handler.ts";
import type { SignatureClaim } from "./signature/signature-claim.ts";
import type { FindKey } from "./signature/verify-signature.ts";

/** Everything that a request may need on its way to a service. */
export interface GatewayParts {
  region: string;
  clock: Clock;
  faults: Faults;
  findKey: FindKey;
  findDenial: FindDenial;
  observe: ObserveRequest;
  /** By the service's name in credential scopes. */
  apis: ReadonlyMap<string, Api>;
  s3: S3Handler;
  /** Unexpected failures: bugs of the local cloud. */
  report(error: unknown): void;
}

/** Where a request came in. */
export interface Entrance {
  /** Port of the `Host` names that are accepted. */
  port: number;
  /** Undefined: this machine's loopback. */
  guest: { instanceId: string; endpoint: string } | undefined;
}

/** A request on its way: who it says it is, and what it will be answered with. */
export interface Passage {
  request: IncomingMessage;
  response: ServerResponse;
  parts: IncomingParts;
  claim: SignatureClaim;
  requestId: string;
  /** The bucket of a virtual-host name. */
  bucket: string | undefined;
  instanceId: string | undefined;
}
