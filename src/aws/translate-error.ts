import { type ErrorCode, isRunctlError, RunctlError } from "../errors.ts";

/** EC2's errors are not modelled in the SDK, so they are told apart by their code strings. */
const codes: ReadonlyArray<[ErrorCode, RegExp]> = [
  ["PERMISSION_DENIED", /^(UnauthorizedOperation|AccessDenied(Exception)?|OptInRequired)$/],
  [
    "CREDENTIALS",
    /^(AuthFailure|InvalidAccessKeyId|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken(Exception)?|RequestExpired|RequestTimeTooSkewed|CredentialsProviderError|UnrecognizedClientException)$/,
  ],
  [
    "CAPACITY",
    /^(InsufficientInstanceCapacity|UnfulfillableCapacity|SpotMaxPriceTooLow|InsufficientFreeAddressesInSubnet|Unsupported)$/,
  ],
  [
    "QUOTA",
    /^(MaxSpotInstanceCountExceeded|VcpuLimitExceeded|MaxFleetCountExceeded|VolumeLimitExceeded|MaxIOPSLimitExceeded|SnapshotLimitExceeded|InstanceLimitExceeded|AttachmentLimitExceeded)$/,
  ],
  [
    "NOT_FOUND",
    /(\.NotFound|^NoSuch[A-Za-z]+|^NotFound|^ParameterNotFound|^NoSuchEntity(Exception)?)$/,
  ],
  ["CONFLICT", /^(VolumeInUse|IncorrectState|IncorrectInstanceState|IdempotentParameterMismatch)$/],
];

/** The AWS error code of what the SDK threw, such as `VolumeInUse`; undefined for anything else. */
export function awsErrorCode(error: unknown): string | undefined {
  if (isRunctlError(error)) return awsErrorCode(error.cause);
  return error instanceof Error && "$metadata" in error ? error.name : undefined;
}

/** What the SDK threw, as a RunctlError by AWS code with the original as cause. Other errors are returned as they are. */
export function translateError(error: unknown, action: string): unknown {
  if (isRunctlError(error)) return error;
  const name = error instanceof Error ? error.name : "";
  const known = codes.find(([, pattern]) => pattern.test(name))?.[0];
  const code = known ?? (awsErrorCode(error) === undefined ? undefined : "AWS_ERROR");
  if (code === undefined) return error;
  const { message } = error as Error;
  return new RunctlError(code, `${action}: ${message} (${name})`, { cause: error });
}
