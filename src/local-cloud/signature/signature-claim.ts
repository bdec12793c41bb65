import type { RequestToSign } from "./canonical-request.ts";
import { SignatureError } from "./signature-error.ts";

/** What a request says about its own signature; nothing of it is believed yet. */
export interface SignatureClaim {
  place: "header" | "presigned";
  accessKeyId: string;
  /** Such as `20130524/us-east-1/s3/aws4_request`. */
  scope: string;
  /** `YYYYMMDD` of the scope. */
  day: string;
  region: string;
  service: string;
  signedHeaders: readonly string[];
  signature: string;
  /** Such as `20130524T000000Z`. */
  timestamp: string;
  time: Date;
  /** Seconds from `time` for which a presigned URL is good; undefined for a signed header. */
  expiresSeconds: number | undefined;
  sessionToken: string | undefined;
}

const headerForm =
  /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})\s*$/;
const longestPresignSeconds = 604_800;

/**
 * @returns undefined when the request is not signed at all.
 * @throws SignatureError `malformed` when it is signed in no form of Signature Version 4.
 */
export function readSignatureClaim(
  request: RequestToSign,
  query: URLSearchParams,
): SignatureClaim | undefined {
  const authorization = request.header("authorization")?.[0];
  if (authorization?.startsWith("AWS ") || query.has("AWSAccessKeyId")) {
    throw new SignatureError(
      "old-version",
      "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256. " +
        "(For the aws CLI: aws configure set default.s3.signature_version s3v4; for boto3: Config(signature_version='s3v4').)",
    );
  }
  if (authorization !== undefined) return readHeader(request, authorization);
  if (query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature")) return readQuery(query);
  return undefined;
}

function readHeader(request: RequestToSign, authorization: string): SignatureClaim {
  const parts = headerForm.exec(authorization);
  if (!parts) {
    throw new SignatureError(
      "malformed",
      "the Authorization header is not of the form AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…",
    );
  }
  const [, credential = "", signedHeaders = "", signature = ""] = parts;
  const timestamp = request.header("x-amz-date")?.[0] ?? fromHttpDate(request.header("date")?.[0]);
  return {
    place: "header",
    ...readCredential(credential),
    ...readTimestamp(timestamp),
    signedHeaders: signedHeaders.split(";"),
    signature,
    expiresSeconds: undefined,
    sessionToken: request.header("x-amz-security-token")?.[0],
  };
}

function readQuery(query: URLSearchParams): SignatureClaim {
  const member = (name: string): string => {
    const value = query.get(name);
    if (value !== null && value !== "") return value;
    throw new SignatureError("malformed-query", `query parameter ${name} is missing`);
  };
  if (member("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256") {
    throw new SignatureError("malformed-query", "X-Amz-Algorithm must be AWS4-HMAC-SHA256");
  }
  const expires = member("X-Amz-Expires");
  const expiresSeconds = Number(expires);
  if (!/^\d+$/.test(expires) || expiresSeconds < 1 || expiresSeconds > longestPresignSeconds) {
    throw new SignatureError(
      "malformed-query",
      `X-Amz-Expires must be 1 to ${longestPresignSeconds} seconds`,
    );
  }
  return {
    place: "presigned",
    ...readCredential(member("X-Amz-Credential")),
    ...readTimestamp(member("X-Amz-Date")),
    signedHeaders: member("X-Amz-SignedHeaders").split(";"),
    signature: member("X-Amz-Signature"),
    expiresSeconds,
    sessionToken: query.get("X-Amz-Security-Token") ?? undefined,
  };
}

function readCredential(credential: string) {
  const [accessKeyId, day, region, service, end, ...rest] = credential.split("/");
  if (!accessKeyId || !day || !region || !service || end !== "aws4_request" || rest.length > 0) {
    throw new SignatureError(
      "malformed",
      "the credential must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request",
    );
  }
  return { accessKeyId, day, region, service, scope: [day, region, service, end].join("/") };
}

function readTimestamp(timestamp: string | undefined) {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp ?? "");
  const [, year, month, date, hour, minute, second] = parts ?? [];
  const time = new Date(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
  if (timestamp === undefined || Number.isNaN(time.getTime())) {
    throw new SignatureError("malformed", "the date must be of the form YYYYMMDDTHHMMSSZ");
  }
  return { timestamp, time };
}

function fromHttpDate(text: string | undefined): string | undefined {
  const time = new Date(text ?? "");
  if (text === undefined || Number.isNaN(time.getTime())) return undefined;
  return time.toISOString().replace(/[-:]|\.\d{3}/g, "");
}
