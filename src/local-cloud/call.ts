/** Who signed a request. */
export type Principal =
  | { kind: "user"; arn: string; accountId: string; accessKeyId: string }
  | {
      kind: "role";
      roleName: string;
      /** arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION */
      arn: string;
      accountId: string;
      accessKeyId: string;
      /** The instance whose IMDS gave the credentials. */
      instanceId: string;
    };

/** One question to the policies: may the caller do `action` to `resource`? */
export interface AuthorizationCheck {
  /** Such as `ec2:AttachVolume`. */
  action: string;
  /** An ARN, or `*` for actions without resource-level permissions. */
  resource: string;
  /** Condition keys, such as `aws:ResourceTag/runctl:access` or `aws:TagKeys` (a list). */
  context?: Readonly<Record<string, string | readonly string[]>>;
}

/** What a service operation knows about the request that it answers. */
export interface Call {
  requestId: string;
  region: string;
  principal: Principal;
  /** @throws ApiError of the service's own access-denied kind when one of the checks is not allowed. */
  authorize(checks: readonly AuthorizationCheck[]): void;
}

/** An answer that AWS would give as an error; each protocol has its own form for it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
