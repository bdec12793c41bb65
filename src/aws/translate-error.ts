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
  const code = codeOf(error.name) ?? (awsErrorCode(error) === undefined ? undefined : "AWS_ERROR");
  if (code === undefined) return error;
  return new RunctlError(code, `${action}: ${error.message} (${error.name})`, { cause: error });
}

function codeOf(awsCode: string): ErrorCode | undefined {
  if (notFound.test(awsCode)) return "NOT_FOUND";
  const name = awsCode.replace(/Exception$/, "");
  const found = Object.entries(codes).find(([, names]) => names.includes(name));
  return found?.[0] as ErrorCode | undefined;
}
