import type { AttachVolumeRequest, VolumeAttachment } from "@aws-sdk/client-ec2";
import { maxMultiAttachments } from "../../facts/ebs-limits.ts";
import { ApiError } from "../call.ts";
import { checkDeviceFree, checkDeviceName } from "./device-names.ts";
import { type Ec2, nowText } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { checkAttachmentLimit, requireTypeFacts } from "./instance-types.ts";
import { requireInstance } from "./instances.ts";
import type { AttachmentRow, InstanceRow, VolumeRow } from "./rows.ts";
import { driveAttachment } from "./volume-life.ts";
import { attachmentsOf, requireVolume, toSdkAttachment, volumeState } from "./volumes.ts";

/** Rules: AttachVolume API page and "Attach an Amazon EBS volume to an Amazon EC2 instance". */
export function attachVolume(ec2: Ec2, input: AttachVolumeRequest): VolumeAttachment {
  const volume = requireVolume(ec2, input.VolumeId ?? "");
  const instance = requireInstance(ec2, input.InstanceId ?? "");
  const device = input.Device ?? "";
  checkDeviceName(device);
  checkInstanceState(instance);
  checkZone(volume, instance);
  checkVolumeFree(volume, instance);
  const present = attachmentsOf(ec2, instance.instanceId);
  checkDeviceFree(
    device,
    present.map(({ attachment }) => attachment.device),
  );
  checkAttachmentLimit(instance.instanceType, present.length + 1);
  stopIfDryRun(input);

  const attachment: AttachmentRow = {
    instanceId: instance.instanceId,
    device,
    state: "attaching",
    force: false,
    attachedAt: nowText(ec2),
    // "Preserve data when an instance is terminated": volumes attached later are kept by default.
    deleteOnTermination: false,
  };
  ec2.volumes.put(volume.volumeId, {
    ...volume,
    attachments: [...volume.attachments, attachment],
  });
  driveAttachment(ec2, volume.volumeId, instance.instanceId);
  return toSdkAttachment(volume, attachment);
}

function checkInstanceState({ instanceId, state }: InstanceRow): void {
  if (state !== "running" && state !== "stopped") {
    throw new ApiError("IncorrectState", `Instance '${instanceId}' is not 'running'.`);
  }
}

function checkZone(volume: VolumeRow, instance: InstanceRow): void {
  if (volume.zone !== instance.zone) {
    throw new ApiError(
      "InvalidVolume.ZoneMismatch",
      `The volume '${volume.volumeId}' is not in the same availability zone as instance '${instance.instanceId}'`,
    );
  }
}

/** "Attach an EBS volume to multiple EC2 instances using Multi-Attach": up to 16, Nitro only, once per instance. */
function checkVolumeFree(volume: VolumeRow, instance: InstanceRow): void {
  const { volumeId, attachments } = volume;
  if (volume.state !== "ready") {
    throw new ApiError(
      "IncorrectState",
      `${volumeId} is not 'available'. It is '${volumeState(volume)}'.`,
    );
  }
  if (attachments.some(({ instanceId }) => instanceId === instance.instanceId)) {
    throw new ApiError("VolumeInUse", `${volumeId} is already attached to ${instance.instanceId}`);
  }
  if (attachments.length === 0 && !volume.multiAttach) return;
  if (!volume.multiAttach) {
    throw new ApiError("VolumeInUse", `${volumeId} is already attached to an instance`);
  }
  if (requireTypeFacts(instance.instanceType).hypervisor !== "nitro") {
    throw new ApiError(
      "InvalidParameterCombination",
      `The instance type ${instance.instanceType} does not support Multi-Attach enabled volumes.`,
    );
  }
  if (attachments.length >= maxMultiAttachments) {
    throw new ApiError(
      "AttachmentLimitExceeded",
      `${volumeId} is attached to ${maxMultiAttachments} instances, the most a Multi-Attach enabled volume can be.`,
    );
  }
}
