import type { AccountNames } from "../instances/launch-request.ts";
import type { Config } from "./config.ts";

/** Role and bucket as flags or, without them, the configuration name them. */
export function accountNames(
  config: Config,
  flags: { [Name in keyof AccountNames]: string | undefined } = {},
): AccountNames {
  const instanceProfile = flags.instanceProfile ?? config["instance-profile"];
  const stagingBucket = flags.stagingBucket ?? config["staging-bucket"];
  return {
    ...(instanceProfile ? { instanceProfile } : {}),
    ...(stagingBucket ? { stagingBucket } : {}),
  };
}
