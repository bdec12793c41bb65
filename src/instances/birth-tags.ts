import type { Caller } from "../aws/sts.ts";
import type { Tags } from "../aws/tags.ts";
import { tagKeys } from "../tags.ts";
import { commandTag } from "./command-tag.ts";
import type { LaunchRequest } from "./launch-request.ts";
import { mountTags } from "./mount-tags.ts";

/** The tags that an instance, and what is made along with it, has from its first moment. */
export function birthTags(
  request: LaunchRequest,
  caller: Caller,
): { tags: Tags; rootVolumeTags: Tags; otherTags: Tags } {
  const ownership = {
    [tagKeys.managed]: "true",
    [tagKeys.owner]: caller.arn,
    [tagKeys.op]: request.op,
    [tagKeys.project]: request.project ?? "runctl",
  };
  const command = request.work.kind === "command" ? request.work.command : [];
  return {
    otherTags: ownership,
    // Not `managed`: a root volume goes with its instance, and shall not stand among the user's volumes.
    rootVolumeTags: { [tagKeys.owner]: caller.arn, [tagKeys.role]: "root" },
    tags: {
      ...request.tags,
      ...ownership,
      ...(request.name ? { [tagKeys.name]: request.name } : {}),
      ...(request.role ? { [tagKeys.role]: request.role } : {}),
      [tagKeys.unfinished]: "true",
      [tagKeys.state]: "booting",
      ...(command.length > 0 ? { [tagKeys.command]: commandTag(command) } : {}),
      ...mountTags(
        request.volumes.map(({ volume, mount, readOnly }) => ({
          volumeId: volume.volumeId,
          mount,
          readOnly,
        })),
      ),
    },
  };
}
