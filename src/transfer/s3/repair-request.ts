import type { Credentials } from "../../aws/renewing-credentials.ts";
import { isRegionName, regionOfS3Url } from "../../aws/s3-address.ts";
import type { Answer } from "../http/body.ts";
import { elementText } from "./xml-answer.ts";

/** What a failed request was sent with. */
export interface SentRequest {
  region: string;
  credentials: Credentials;
  /** The time of its signature, milliseconds since 1970. */
  signedAt: number;
}

/** Why the same request will succeed when it is signed anew. */
export type Repair =
  | { kind: "region"; region: string }
  | { kind: "clock"; serverTime: number }
  | { kind: "credentials" };

/** S3 refuses signatures that are 15 minutes off; anything above 5 is a wrong clock and not a slow network. */
const skewMs = 300_000;

/**
 * What to change about a request that S3 refused: the region ("Request redirection and the REST API"), the clock or
 * the credentials ("Error responses", Amazon S3 API Reference). Undefined where nothing would help.
 */
export function repairOf({ status, headers, text }: Answer, sent: SentRequest): Repair | undefined {
  if (status === 301 || status === 307 || status === 400) {
    const region =
      headers.get("x-amz-bucket-region") ??
      elementText(text, "Region") ??
      regionOfS3Url(headers.get("location") ?? "");
    // It becomes a part of a host's name, so a stranger's answer must not choose the host.
    if (region !== undefined && region !== sent.region && isRegionName(region)) {
      return { kind: "region", region };
    }
  }
  if (status === 403) {
    const serverTime = Date.parse(headers.get("date") ?? "");
    if (Math.abs(serverTime - sent.signedAt) > skewMs) return { kind: "clock", serverTime };
  }
  // An answer to HEAD has no words; 400 is what it gives for credentials that have expired.
  if (status === 400 && text === "") return { kind: "credentials" };
  const code = elementText(text, "Code");
  if (code === "ExpiredToken" || code === "TokenRefreshRequired") return { kind: "credentials" };
  return undefined;
}
