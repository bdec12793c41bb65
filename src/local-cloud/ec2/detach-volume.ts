import type { DetachVolumeRequest, VolumeAttachment } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { checkInstanceId } from "./ids.ts";
import type { AttachmentRow, VolumeRow } from "./rows.ts";
import { driveAttachment } from "./volume-life.ts";
import { requireVolume, toSdkAttachment, updateAttachment, volumeState } from "./volumes.ts";

/** Rules: DetachVolume API page and "Detach an Amazon EBS volume from an Amazon EC2 instance". */
export function detachVolume(ec2: Ec2, input: DetachVolumeRequest): VolumeAttachment {
  const volume = requireVolume(ec2, input.VolumeId ?? "");
  const attachment = attachmentMeant(volume, input);
  const instance = ec2.instances.get(attachment.instanceId);
  if (attachment.device === instance?.rootDeviceName && instance.state !== "stopped") {
    throw new ApiError(
      "OperationNotPermitted",
      `Unable to detach root volume '${volume.volumeId}' from instance '${instance.instanceId}'`,
    );
  }
  // What a machine boots with cannot be taken from it before it is up.
  if (instance?.state === "pending") {
    throw new ApiError("IncorrectState", `Instance '${instance.instanceId}' is not 'running'.`);
  }
  const isUnderway = attachment.state === "detaching" || attachment.state === "busy";
  // The same call again with Force is how a busy volume is torn away.
  if (isUnderway && !input.Force) {
    throw new ApiError(
      "IncorrectState",
      `Volume '${volume.volumeId}' is in the '${attachment.state}' state.`,
    );
  }
  stopIfDryRun(input);

  updateAttachment(ec2, volume.volumeId, attachment.instanceId, (present) => ({
    ...present,
    state: isUnderway ? present.state : "detaching",
    force: present.force || (input.Force ?? false),
  }));
  driveAttachment(ec2, volume.volumeId, attachment.instanceId);
  return toSdkAttachment(volume, { ...attachment, state: "detaching" });
}

function attachmentMeant(volume: VolumeRow, input: DetachVolumeRequest): AttachmentRow {
  const { volumeId, attachments } = volume;
  if (input.InstanceId) checkInstanceId(input.InstanceId);
  if (attachments.length === 0) {
    throw new ApiError(
      "IncorrectState",
      `Volume '${volumeId}' is in the '${volumeState(volume)}' state.`,
    );
  }
  // "If you are detaching a Multi-Attach enabled volume, you must specify an instance ID."
  if (volume.multiAttach && !input.InstanceId) {
    throw new ApiError(
      "MissingParameter",
      `The parameter InstanceId must be specified for the Multi-Attach enabled volume '${volumeId}'.`,
    );
  }
  const found = attachments.find(
    ({ instanceId, device }) =>
      (!input.InstanceId || instanceId === input.InstanceId) &&
      (!input.Device || device === input.Device),
  );
  if (!found) {
    throw new ApiError(
      "InvalidAttachment.NotFound",
      `The volume '${volumeId}' is not attached to instance '${input.InstanceId ?? "-"}'${input.Device ? ` as device '${input.Device}'` : ""}.`,
    );
  }
  return found;
}
