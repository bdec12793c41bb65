/**
 * What can fail in a way the user can act on, and the exit code of each.
 * A released code keeps its meaning. Exit codes: 1 operation failed, 2 usage or refused input,
 * 3 configuration or credentials, 4 not found or ambiguous, 5 conflicting state,
 * 6 capacity or quota, 7 timeout, 8 partly done, 130 interrupted.
 */
export const exitCodes = {
  OPERATION_FAILED: 1,
  PROGRAM_FAILED: 1,
  FOREIGN_DATA: 1,
  VERIFICATION_FAILED: 1,
  AWS_ERROR: 1,
  UNREACHABLE: 1,
  INSTANCE_FAILED: 1,
  USAGE: 2,
  NOT_YET: 2,
  INVALID_ID: 2,
  INVALID_VOLUME_SPEC: 2,
  CONFIRMATION_NEEDED: 2,
  REFUSED: 2,
  CONFIGURATION: 3,
  CREDENTIALS: 3,
  PERMISSION_DENIED: 3,
  NOT_FOUND: 4,
  AMBIGUOUS: 4,
  CONFLICT: 5,
  CAPACITY: 6,
  SPOT_INTERRUPTED: 6,
  QUOTA: 6,
  TIMEOUT: 7,
  PARTLY_DONE: 8,
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof exitCodes;

/**
 * A failure that the user can act on. Anything else that is thrown is a bug and shows its stack.
 *
 * `message` says what, with the wrong value, lower case, no period; `hint` says what to type next.
 */
export class RunctlError extends Error {
  override readonly name = "RunctlError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

export function isRunctlError(error: unknown, code?: ErrorCode): error is RunctlError {
  return error instanceof RunctlError && (code === undefined || error.code === code);
}

/** What Node calls a failure of the system or the network, such as `ENOENT`; undefined for any other. */
export function systemCode(error: unknown): string | undefined {
  const isSystem = error instanceof Error && "code" in error && !isRunctlError(error);
  return isSystem ? String(error.code) : undefined;
}
