import type { AwsInstance } from "../aws/instances.ts";

/** API StateReason. */
const reasons: Readonly<Record<string, string>> = {
  "Server.SpotInstanceTermination": "EC2 took the spot instance back",
  "Server.SpotInstanceShutdown": "EC2 took the spot instance back",
  "Client.UserInitiatedShutdown": "somebody ended it",
  "Client.InstanceInitiatedShutdown": "it shut itself down",
  "Client.InternalError":
    "EC2 could not start it: a KMS key that may not be used is the usual cause",
  "Client.InvalidSnapshot.NotFound": "a snapshot of its image does not exist",
  "Client.VolumeLimitExceeded": "the account's quota for volumes is used up",
  "Server.InsufficientInstanceCapacity": "EC2 had no capacity to start it",
  "Server.InternalError": "EC2 failed to start it",
};

/** EC2 took a spot instance back. */
export function isReclaim(stateReasonCode: string | undefined): boolean {
  return (
    stateReasonCode === "Server.SpotInstanceTermination" ||
    stateReasonCode === "Server.SpotInstanceShutdown"
  );
}

/** Somebody asked AWS to stop or terminate the instance. */
export function isUserShutdown(stateReasonCode: string | undefined): boolean {
  return stateReasonCode === "Client.UserInitiatedShutdown";
}

/** Why an instance is not running any more, as far as AWS tells. */
export function whyItLeft({ state, stateReasonCode, stateReason }: AwsInstance): string {
  const known = stateReasonCode === undefined ? undefined : reasons[stateReasonCode];
  const why = known ?? stateReason ?? "AWS gives no reason";
  return `${state} before its work was done: ${why}`;
}
