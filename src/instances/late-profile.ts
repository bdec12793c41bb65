import { awsErrorCode } from "../aws/translate-error.ts";

/** EC2 learns of a new profile late: "Troubleshoot IAM: changes that I make are not always immediately visible" (IAM user guide). */
export const profileDeadlineMs = 60_000;

/** Whether EC2 refused a launch because it does not know the instance profile (yet). */
export function isProfileUnknown(error: unknown): boolean {
  // All bad parameters share the code, so the message decides.
  return (
    awsErrorCode(error) === "InvalidParameterValue" &&
    error instanceof Error &&
    /instance ?profile/i.test(error.message)
  );
}
