import { noSuchBucket } from "../../aws/translate-error.ts";
import { type ErrorCode, RunctlError, isRunctlError, systemCode } from "../../errors.ts";
import type { Answer } from "../http/body.ts";
import { BadAnswer, CutConnection, StaleConnection } from "../http/http-failure.ts";
import { elementText } from "./xml-answer.ts";

/** The connection gave fewer bytes than it promised. */
export class ShortBody extends Error {
  override readonly name = "ShortBody";
}

/** S3 or something on the way is busy: worth another try. */
class S3Busy extends Error {
  override readonly name = "S3Busy";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** What S3 calls its reason. */
class S3Refusal extends Error {
  override readonly name = "S3Refusal";
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const codes: Readonly<Record<number, ErrorCode>> = {
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "CONFLICT",
  412: "CONFLICT",
};

/** The body came too slowly, or not as it was sent: the same request may well pass. */
const worthAnotherTry = new Set(["RequestTimeout", "BadDigest", "XAmzContentSHA256Mismatch"]);

/**
 * What an answer other than success means ("Error responses", Amazon S3 API Reference).
 *
 * @param what was asked, such as `GET s3://bucket/key`
 */
export function failureOf({ status, headers, text }: Answer, what: string): Error {
  const code = elementText(text, "Code") ?? `HTTP ${status}`;
  const message = elementText(text, "Message");
  const words = message === undefined ? `${what}: ${code}` : `${what}: ${message} (${code})`;
  if (status >= 500 || status === 429 || worthAnotherTry.has(code)) {
    return new S3Busy(words, status);
  }
  const region = headers.get("x-amz-bucket-region");
  if (status === 301 && region !== undefined) {
    return new RunctlError("CONFLICT", `${what}: the bucket is in region ${region}`, {
      hint: `add --region ${region}`,
    });
  }
  const target = status < 400 ? URL.parse(headers.get("location") ?? "")?.host : undefined;
  if (target !== undefined) {
    const why = `the answer sends on to ${target} (${code}), which is not followed`;
    return new RunctlError("AWS_ERROR", `${what}: ${why}`, {
      hint: "check --region and --endpoint-url",
    });
  }
  if (status === 412) {
    return new RunctlError("CONFLICT", `${what}: the object changed in S3 meanwhile (${code})`, {
      hint: "run the same command again",
      cause: new S3Refusal(code),
    });
  }
  if (/^(ExpiredToken|InvalidAccessKeyId|SignatureDoesNotMatch|RequestTimeTooSkewed)$/.test(code)) {
    return new RunctlError("CREDENTIALS", words);
  }
  if (code === "NoSuchBucket") {
    const bucket = elementText(text, "BucketName") ?? /s3:\/\/([^/]+)/.exec(what)?.[1];
    return noSuchBucket(what, bucket, new S3Refusal(code));
  }
  return new RunctlError(codes[status] ?? "AWS_ERROR", words, { cause: new S3Refusal(code) });
}

/** What S3 calls its reason, such as `InvalidRange`; undefined where the error is no refusal of S3's. */
export const refusalCode = (error: unknown): string | undefined =>
  isRunctlError(error) && error.cause instanceof S3Refusal ? error.cause.code : undefined;

/** An answer of status 200 that says nothing of what was asked for, such as the login page of a network. */
export const notOfS3 = (lack: string) =>
  new RunctlError("AWS_ERROR", `an answer came that is not S3's: it has ${lack}`, {
    hint: "check --endpoint-url, and what stands between this machine and S3",
  });

const connectionCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EADDRNOTAVAIL",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  // A byte that was changed on its way through TLS.
  "ERR_SSL_SSL/TLS_ALERT_BAD_RECORD_MAC",
  "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
]);

/** True when S3 asked to slow down ("503 Slow Down" and 429); a 500 is S3's own failure and no sign of that. */
export function isBusy(error: unknown): boolean {
  return error instanceof S3Busy && (error.status === 503 || error.status === 429);
}

/** True for what may be gone at the next try: a busy S3, a broken connection, a short body. */
export function isTransient(error: unknown): boolean {
  if (error instanceof S3Busy || error instanceof ShortBody) return true;
  if (error instanceof CutConnection || error instanceof StaleConnection) return true;
  if (error instanceof BadAnswer) return true;
  return connectionCodes.has(systemCode(error) ?? "");
}

/** A failure to connect that another try will not end, as the user reads it; others as they are. */
export function connectFailure(error: unknown, host: string): unknown {
  if (!(error instanceof Error) || isTransient(error)) return error;
  const code = systemCode(error) ?? "";
  if (code === "EMFILE" || code === "ENFILE") {
    return new RunctlError("CONFIGURATION", `too many open files (${code})`, {
      hint: "lower --parallel, or raise `ulimit -n`",
      cause: error,
    });
  }
  if (code === "ENOTFOUND") {
    return unreachable(`${host} has no address (${code})`, error);
  }
  // OpenSSL's names of what is wrong with a certificate, and Node's for one of another host.
  if (/CERT|SIGNATURE|ISSUER|^ERR_(TLS|SSL)_/.test(code)) {
    const message = `the connection to ${host} is not secure: ${error.message} (${code})`;
    const hint = "if the certificate is your own, set AWS_CA_BUNDLE to the file of its authority";
    return new RunctlError("UNREACHABLE", message, { hint, cause: error });
  }
  return error;
}

/** A transient failure that lasted, as the user reads it; others as they are. */
export function lastingFailure(error: unknown, what: string): unknown {
  if (!isTransient(error)) return error;
  if (cameToNoConnection(error)) return unreachable(error.message, error, what);
  return new RunctlError("OPERATION_FAILED", `${what}: ${(error as Error).message}`, {
    hint: "run the same command again: it moves only what is missing",
    cause: error,
  });
}

function cameToNoConnection(error: unknown): error is Error {
  const { syscall } = error as { syscall?: unknown };
  return error instanceof Error && (syscall === "connect" || syscall === "getaddrinfo");
}

/** In the words of `aws/translate-error.ts`. */
function unreachable(why: string, cause: Error, what?: string): RunctlError {
  const message = `${what === undefined ? "" : `${what}: `}AWS cannot be reached: ${why}`;
  const hint = "check the network, --region and --endpoint-url";
  return new RunctlError("UNREACHABLE", message, { hint, cause });
}
