import { ApiError, type AuthorizationCheck, type Principal } from "./call.ts";

/** What IAM says about one check of a role: undefined when it is allowed. */
export type FindDenial = (
  principal: Principal,
  check: AuthorizationCheck,
) => "explicit-deny" | "implicit-deny" | undefined;

/** How a family of services answers a caller that may not. */
export type AccessDeniedForm = "ec2" | "s3" | "query" | "json";

/**
 * A `Call.authorize` for one request.
 *
 * The wording is AWS's own, so that what the message names is the action missing in the policy.
 *
 * @see IAM user guide, "Troubleshoot access denied error messages".
 */
export function createAuthorize(
  principal: Principal,
  findDenial: FindDenial,
  form: AccessDeniedForm,
): (checks: readonly AuthorizationCheck[]) => void {
  return (checks) => {
    for (const check of checks) {
      const denial = findDenial(principal, check);
      if (denial) throw accessDenied(principal, check, denial, form);
    }
  };
}

function accessDenied(
  principal: Principal,
  { action, resource }: AuthorizationCheck,
  denial: "explicit-deny" | "implicit-deny",
  form: AccessDeniedForm,
): ApiError {
  // EC2 does not tell what it was refused ("Error codes for the Amazon EC2 API").
  if (form === "ec2" && action.startsWith("kms:"))
    return new ApiError(
      "CustomerKeyHasBeenRevoked",
      "The encrypted volume was unable to access the KMS key.",
    );
  const reason =
    denial === "explicit-deny"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  const sentence = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  if (form === "ec2") {
    const message = `You are not authorized to perform this operation. ${sentence}`;
    return new ApiError("UnauthorizedOperation", message, 403);
  }
  return form === "json"
    ? new ApiError("AccessDeniedException", sentence, 400)
    : new ApiError("AccessDenied", sentence, 403);
}
