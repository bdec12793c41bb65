import { ApiError } from "../call.ts";
import { parsePolicy, parseTrustPolicy, PolicyError } from "./policy/policy-document.ts";

/** @throws ApiError MalformedPolicyDocument */
export function checkPolicyDocument(text: string): void {
  asApiError(() => parsePolicy(text));
}

/** @throws ApiError MalformedPolicyDocument */
export function checkTrustDocument(text: string): void {
  asApiError(() => parseTrustPolicy(text));
}

function asApiError(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new ApiError("MalformedPolicyDocument", error.message);
  }
}

/** IAM counts no white space. @see IAM user guide, "IAM and AWS STS quotas". */
export function countedCharacters(document: string): number {
  return document.replace(/\s/g, "").length;
}

/** As IAM returns documents: percent-encoded (RFC 3986). */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
