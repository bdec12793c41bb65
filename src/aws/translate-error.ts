import { type ErrorCode, isRunctlError, RunctlError } from "../errors.ts";

/** EC2's errors are not modelled in the SDK, so they are told apart by their code strings. JSON services add `Exception`. */
const codes: Partial<Record<ErrorCode, readonly string[]>> = {
  PERMISSION_DENIED: ["UnauthorizedOperation", "AccessDenied", "OptInRequired"],
  CREDENTIALS: [
    "AuthFailure",
    "AuthorizationHeaderMalformed",
    "CredentialsProviderError",
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignature",
    "InvalidToken",
    "MissingAuthenticationToken",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClient",
  ],
  CAPACITY: [
    "InsufficientInstanceCapacity",
    "UnfulfillableCapacity",
    "SpotMaxPriceTooLow",
    "InsufficientFreeAddressesInSubnet",
    "Unsupported",
  ],
  QUOTA: [
    "AttachmentLimitExceeded",
    "InstanceLimitExceeded",
    "MaxFleetCountExceeded",
    "MaxIOPSLimitExceeded",
    "MaxSpotInstanceCountExceeded",
    "SnapshotLimitExceeded",
    "VcpuLimitExceeded",
    "VolumeLimitExceeded",
  ],
  CONFLICT: [
    "IdempotentParameterMismatch",
    "IncorrectInstanceState",
    "IncorrectState",
    "VolumeInUse",
  ],
};

const notFound = /\.NotFound$|^NoSuch[A-Za-z]+$|^NotFound$|^ParameterNotFound$/;

/** The AWS error code of what the SDK threw, such as `VolumeInUse`; undefined for anything else. */
export function awsErrorCode(error: unknown): string | undefined {
  if (isRunctlError(error)) return awsErrorCode(error.cause);
  return error instanceof Error && "$metadata" in error ? error.name : undefined;
}

/** What the SDK threw, as a RunctlError by AWS code with the original as cause. Other errors are returned as they are. */
export function translateError(error: unknown, action: string): unknown {
  if (isRunctlError(error) || !(error instanceof Error)) return error;
  if (isUnreachable(error))
    return new RunctlError("UNREACHABLE", `${action}: ${whyUnreachable(error)}`, {
      hint: "check the network, --region and --endpoint-url",
      cause: error,
    });
  if (isUntrusted(error))
    return new RunctlError(
      "UNREACHABLE",
      `${action}: the connection is not secure: ${error.message}`,
      {
        hint: "if the certificate is your own, set AWS_CA_BUNDLE to the file of its authority",
        cause: error,
      },
    );
  const code = codeOf(error.name) ?? (awsErrorCode(error) === undefined ? undefined : "AWS_ERROR");
  if (code === undefined) return error;
  if (error.name === "NoSuchBucket") return noSuchBucket(action, bucketOf(error), error);
  return new RunctlError(code, `${action}: ${error.message} (${error.name})`, {
    ...(code === "CREDENTIALS" ? { hint: credentialsHint(error.name) } : {}),
    cause: error,
  });
}

const bucketOf = (error: Error & { BucketName?: unknown }) =>
  typeof error.BucketName === "string" ? error.BucketName : undefined;

/** S3 says only that "the specified bucket" is not there; the name stands in another member of its answer. */
export function noSuchBucket(
  action: string,
  bucket: string | undefined,
  cause: unknown,
): RunctlError {
  const message = `${action}: ${bucket ? `bucket '${bucket}'` : "the bucket"} does not exist (NoSuchBucket)`;
  const hint =
    `check its name, or make it: aws s3 mb s3://${bucket ?? "BUCKET"} ` +
    '(in the local cloud after: eval "$(runctl local env)")';
  return new RunctlError("NOT_FOUND", message, { hint, cause });
}

/** Without any, it makes no sense to ask whose they are. */
const credentialsHint = (awsCode: string) =>
  (awsCode === "CredentialsProviderError"
    ? "set some up by 'aws configure' or 'aws sso login', choose a --profile that has some, "
    : "'aws sts get-caller-identity' shows whose they are; choose others by --profile or AWS_PROFILE, ") +
  "or use --local for the local cloud";

/** What Node says when no connection came about, and the SDK when an answer did not come. */
const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "EPROTO",
  "ETIMEDOUT",
]);

/** Whether no connection came about, or no answer. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, code } = error as Error & { code?: unknown };
  return name === "TimeoutError" || networkCodes.has(String(code));
}

/** OpenSSL's names of what is wrong with a certificate, and Node's for one of another host. */
function isUntrusted(error: Error & { code?: unknown }): boolean {
  return /CERT|SIGNATURE|ISSUER|^ERR_(TLS|SSL)_/.test(String(error.code));
}

/** The SDK speaks of its own parts where time is up. */
function whyUnreachable(error: Error): string {
  const [, ms] = /(\d+) ms/.exec(error.message) ?? [];
  if (error.name !== "TimeoutError" || ms === undefined)
    return `AWS cannot be reached: ${error.message}`;
  const what = error.message.includes("establish a connection") ? "connection" : "answer";
  return `AWS cannot be reached: no ${what} in ${Number(ms) / 1_000} s`;
}

function codeOf(awsCode: string): ErrorCode | undefined {
  if (notFound.test(awsCode)) return "NOT_FOUND";
  const name = awsCode.replace(/Exception$/, "");
  const found = Object.entries(codes).find(([, names]) => names.includes(name));
  return found?.[0] as ErrorCode | undefined;
}
