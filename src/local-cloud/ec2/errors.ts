import { ApiError } from "../call.ts";

/** "Value (x) for parameter y is invalid. …", the sentence that EC2 answers most wrong values with. */
export function invalidValue(parameter: string, value: unknown, why: string): ApiError {
  return new ApiError(
    "InvalidParameterValue",
    `Value (${String(value)}) for parameter ${parameter} is invalid. ${why}`,
  );
}

export function invalidCombination(message: string): ApiError {
  return new ApiError("InvalidParameterCombination", message);
}

export function missingParameter(name: string): ApiError {
  return new ApiError("MissingParameter", `The request must contain the parameter ${name}`);
}

/**
 * Stands after all checks and before the first change of every operation with a `DryRun` parameter
 * ("Error codes for the Amazon EC2 API", DryRunOperation; 412 is what the service answers).
 */
export function stopIfDryRun(input: { DryRun?: boolean | undefined }): void {
  if (input.DryRun) {
    throw new ApiError(
      "DryRunOperation",
      "Request would have succeeded, but DryRun flag is set.",
      412,
    );
  }
}
