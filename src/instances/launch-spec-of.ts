import type { LaunchSpec } from "../launch-spec.ts";
import type { Tags } from "../aws/tags.ts";
import { tagKeys } from "../tags.ts";
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
      fileSystem: fileSystem ?? fileSystemOf(volume.tags),
      attachedAtLaunch: false,
      lifetime: "keep",
    })),
    work: request.work,
    pollMs: request.pollMs ?? launchDefaults.pollMs,
    graceSeconds: request.graceSeconds ?? launchDefaults.graceSeconds,
    ...(request.maxLifetimeSeconds === undefined
      ? {}
      : { maxLifetimeSeconds: request.maxLifetimeSeconds }),
    ...(request.hungAfterSeconds === undefined
      ? {}
      : { hungAfterSeconds: request.hungAfterSeconds }),
  };
}

function fileSystemOf(tags: Tags): "ext4" | "xfs" {
  return tags[tagKeys.fileSystem] === "xfs" ? "xfs" : "ext4";
}
