import type { Volume } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { checkVolumeId } from "./ids.ts";
import type { AttachmentRow, VolumeRow } from "./rows.ts";
import { tagsOf, toSdkTags } from "./tags.ts";
import { zoneIdOf } from "./zones.ts";

/** @throws ApiError InvalidParameterValue for a wrong form, InvalidVolume.NotFound */
export function requireVolume(ec2: Ec2, volumeId: string): VolumeRow {
  checkVolumeId(volumeId);
  const volume = ec2.volumes.get(volumeId);
  if (!volume) {
    throw new ApiError("InvalidVolume.NotFound", `The volume '${volumeId}' does not exist.`);
  }
  return volume;
}

/** The state as EC2 shows it ("View information about an Amazon EBS volume"). */
export function volumeState(volume: VolumeRow): NonNullable<Volume["State"]> {
  if (volume.state !== "ready") return volume.state;
  return volume.attachments.length > 0 ? "in-use" : "available";
}

export function attachmentsOf(
  ec2: Ec2,
  instanceId: string,
): { volume: VolumeRow; attachment: AttachmentRow }[] {
  return ec2.volumes.all().flatMap((volume) => {
    const attachment = findAttachment(volume, instanceId);
    return attachment ? [{ volume, attachment }] : [];
  });
}

export function findAttachment(volume: VolumeRow, instanceId: string): AttachmentRow | undefined {
  return volume.attachments.find((attachment) => attachment.instanceId === instanceId);
}

/** Replaces one attachment; undefined removes it. Reads the row anew, because it may have changed while the host worked. */
export function updateAttachment(
  ec2: Ec2,
  volumeId: string,
  instanceId: string,
  change: (attachment: AttachmentRow) => AttachmentRow | undefined,
): void {
  const volume = ec2.volumes.get(volumeId);
  if (!volume) return;
  const attachments = volume.attachments.flatMap((attachment) => {
    if (attachment.instanceId !== instanceId) return [attachment];
    return change(attachment) ?? [];
  });
  ec2.volumes.put(volumeId, { ...volume, attachments });
}

export function toSdkVolume(ec2: Ec2, volume: VolumeRow): Volume {
  return {
    VolumeId: volume.volumeId,
    Size: volume.sizeGiB,
    VolumeType: volume.type,
    Iops: volume.iops,
    Throughput: volume.throughputMiBps,
    AvailabilityZone: volume.zone,
    AvailabilityZoneId: zoneIdOf(ec2.region, volume.zone),
    State: volumeState(volume),
    Encrypted: volume.encrypted,
    KmsKeyId: volume.kmsKeyId,
    SnapshotId: volume.snapshotId ?? "",
    MultiAttachEnabled: volume.multiAttach,
    VolumeInitializationRate: volume.initializationRateMiBps,
    CreateTime: new Date(volume.createdAt),
    Tags: toSdkTags(tagsOf(ec2, volume.volumeId)),
    Attachments: volume.attachments.map((attachment) => toSdkAttachment(volume, attachment)),
  };
}

export function toSdkAttachment(volume: VolumeRow, attachment: AttachmentRow) {
  return {
    VolumeId: volume.volumeId,
    InstanceId: attachment.instanceId,
    Device: attachment.device,
    State: attachment.state,
    AttachTime: new Date(attachment.attachedAt),
    DeleteOnTermination: attachment.deleteOnTermination,
  };
}
