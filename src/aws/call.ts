import { translateError } from "./translate-error.ts";

/**
 * Runs one AWS call and turns what the SDK throws into a RunctlError.
 *
 * @param action as IAM spells it, such as `ec2:CreateVolume`: it stands in the message.
 */
export async function call<Result>(action: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw translateError(error, action);
  }
}
