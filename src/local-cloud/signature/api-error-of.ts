import { ApiError } from "../call.ts";
import type { SignatureError, SignatureProblem } from "./signature-error.ts";

/** Services that answer a bad signature alike. */
export type ErrorFamily = "ec2" | "s3" | "query" | "json";

type Answer = readonly [code: string, status: number, message?: string];

const mismatch =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** @see EC2 API reference, "Error codes" (client error codes for all actions). */
const ec2: Readonly<Record<SignatureProblem, Answer>> = {
  unsigned: [
    "MissingAuthenticationToken",
    403,
    "Request is missing Authentication Token: it must be signed with a valid AWS access key ID.",
  ],
  malformed: ["IncompleteSignature", 400],
  "malformed-query": ["IncompleteSignature", 400],
  "old-version": ["IncompleteSignature", 400],
  "wrong-region": ["AuthFailure", 401],
  "unknown-key": [
    "AuthFailure",
    401,
    "AWS was not able to validate the provided access credentials",
  ],
  "wrong-signature": ["SignatureDoesNotMatch", 403, mismatch],
  "clock-skew": ["RequestExpired", 400],
  "expired-presign": ["RequestExpired", 400],
  "wrong-token": [
    "AuthFailure",
    401,
    "AWS was not able to validate the provided access credentials",
  ],
  "expired-token": ["RequestExpired", 400, "Request has expired."],
  "header-not-signed": ["SignatureDoesNotMatch", 403],
  "no-payload-hash": ["SignatureDoesNotMatch", 403],
  "wrong-payload-hash": ["SignatureDoesNotMatch", 403],
};

/** @see IAM API reference, "Common errors"; STS has the same. */
const query: Readonly<Record<SignatureProblem, Answer>> = {
  unsigned: ["MissingAuthenticationToken", 403, "Request is missing Authentication Token"],
  malformed: ["IncompleteSignature", 400],
  "malformed-query": ["IncompleteSignature", 400],
  "old-version": ["IncompleteSignature", 400],
  "wrong-region": ["SignatureDoesNotMatch", 403],
  "unknown-key": [
    "InvalidClientTokenId",
    403,
    "The security token included in the request is invalid.",
  ],
  "wrong-signature": ["SignatureDoesNotMatch", 403, mismatch],
  "clock-skew": ["SignatureDoesNotMatch", 403],
  "expired-presign": ["RequestExpired", 400],
  "wrong-token": [
    "InvalidClientTokenId",
    403,
    "The security token included in the request is invalid",
  ],
  "expired-token": ["ExpiredToken", 403, "The security token included in the request is expired"],
  "header-not-signed": ["SignatureDoesNotMatch", 403],
  "no-payload-hash": ["SignatureDoesNotMatch", 403],
  "wrong-payload-hash": ["SignatureDoesNotMatch", 403],
};

/** @see Systems Manager API reference, "Common errors". */
const json: Readonly<Record<SignatureProblem, Answer>> = {
  ...query,
  unsigned: ["MissingAuthenticationTokenException", 400, "Missing Authentication Token"],
  malformed: ["IncompleteSignatureException", 400],
  "malformed-query": ["IncompleteSignatureException", 400],
  "old-version": ["IncompleteSignatureException", 400],
  "wrong-region": ["InvalidSignatureException", 400],
  "unknown-key": [
    "UnrecognizedClientException",
    400,
    "The security token included in the request is invalid.",
  ],
  "wrong-signature": ["InvalidSignatureException", 400, mismatch],
  "clock-skew": ["InvalidSignatureException", 400],
  "wrong-token": [
    "UnrecognizedClientException",
    400,
    "The security token included in the request is invalid.",
  ],
  "expired-token": [
    "ExpiredTokenException",
    400,
    "The security token included in the request is expired",
  ],
  "header-not-signed": ["InvalidSignatureException", 400],
  "no-payload-hash": ["InvalidSignatureException", 400],
  "wrong-payload-hash": ["InvalidSignatureException", 400],
};

/** @see S3 API reference, "Error responses" (list of error codes). */
const s3: Readonly<Record<SignatureProblem, Answer>> = {
  unsigned: ["AccessDenied", 403, "Access Denied"],
  malformed: ["AuthorizationHeaderMalformed", 400],
  "malformed-query": ["AuthorizationQueryParametersError", 400],
  "old-version": ["InvalidRequest", 400],
  "wrong-region": ["AuthorizationHeaderMalformed", 400],
  "unknown-key": [
    "InvalidAccessKeyId",
    403,
    "The AWS Access Key Id you provided does not exist in our records.",
  ],
  "wrong-signature": [
    "SignatureDoesNotMatch",
    403,
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  ],
  "clock-skew": [
    "RequestTimeTooSkewed",
    403,
    "The difference between the request time and the current time is too large.",
  ],
  "expired-presign": ["AccessDenied", 403, "Request has expired"],
  "wrong-token": ["InvalidToken", 400, "The provided token is malformed or otherwise invalid."],
  "expired-token": ["ExpiredToken", 400, "The provided token has expired."],
  "header-not-signed": ["AccessDenied", 403],
  "no-payload-hash": [
    "InvalidRequest",
    400,
    "Missing required header for this request: x-amz-content-sha256",
  ],
  "wrong-payload-hash": ["XAmzContentSHA256Mismatch", 400],
};

const families: Readonly<Record<ErrorFamily, Readonly<Record<SignatureProblem, Answer>>>> = {
  ec2,
  s3,
  query,
  json,
};

/** What AWS answers: its code and status, with its words where it has fixed ones. */
export function apiErrorOf(family: ErrorFamily, error: SignatureError): ApiError {
  const [code, status, message] = families[family][error.problem];
  return new ApiError(code, message ?? error.message, status);
}
