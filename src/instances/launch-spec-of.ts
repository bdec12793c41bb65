import type { LaunchSpec } from "../launch-spec.ts";
import { launchDefaults, type LaunchRequest } from "./launch-request.ts";

/** What the agent is told of a launch. */
export function launchSpecOf(
  region: string,
  { bucket }: { bucket: string },
  request: LaunchRequest,
): LaunchSpec {
  return {
    version: 1,
    region,
    bucket,
    volumes: request.volumes.map(({ volume, mount, readOnly, fileSystem }) => ({
      volumeId: volume.volumeId,
      mount,
      readOnly,
      fileSystem: fileSystem ?? "ext4",
      attachedAtLaunch: false,
      lifetime: "keep",
    })),
    work: request.work,
    pollMs: request.pollMs ?? launchDefaults.pollMs,
    graceSeconds: request.graceSeconds ?? launchDefaults.graceSeconds,
    ...(request.maxLifetimeSeconds === undefined
      ? {}
      : { maxLifetimeSeconds: request.maxLifetimeSeconds }),
  };
}
