import type { BlockDeviceMapping } from "@aws-sdk/client-ec2";
import { type EbsVolumeType, volumeTypeLimits } from "../../facts/ebs-limits.ts";
import { ApiError } from "../call.ts";
import { smallerThanSnapshot } from "./create-volume.ts";
import { attachmentPoint, checkDeviceFree, checkDeviceName } from "./device-names.ts";
import { ebsEncryption, kmsKeyArn } from "./ebs-encryption.ts";
import type { Ec2 } from "./ec2.ts";
import { invalidCombination, missingParameter } from "./errors.ts";
import { newId } from "./ids.ts";
import { type LocalImage, rootDeviceName } from "./images.ts";
import type { InstanceRow, VolumeRow } from "./rows.ts";
import { requireCompletedSnapshot } from "./snapshots.ts";
import {
  checkInitializationRate,
  checkKmsKey,
  checkVolumeLimits,
  volumeTypeOf,
} from "./volume-limits.ts";

/** A volume that RunInstances will make. */
export interface MappedVolume {
  device: string;
  sizeGiB: number;
  type: EbsVolumeType;
  iops: number | undefined;
  throughputMiBps: number | undefined;
  snapshotId: string | undefined;
  encrypted: boolean;
  kmsKeyId: string | undefined;
  initializationRateMiBps: number | undefined;
  deleteOnTermination: boolean;
}

/**
 * The image's root and the request's mappings together ("Block device mappings for volumes on Amazon EC2 instances"):
 * the root's size, type and fate may be overridden, not its snapshot; `NoDevice` leaves a device out.
 *
 * @throws ApiError for the first mapping that EC2 would refuse.
 */
export function checkMappings(
  ec2: Ec2,
  mappings: readonly BlockDeviceMapping[],
  image: LocalImage,
): MappedVolume[] {
  const rootOverride = mappings.find((mapping) => isRoot(mapping));
  if (rootOverride?.NoDevice !== undefined) {
    throw new ApiError("InvalidBlockDeviceMapping", "The root device cannot be left out.");
  }
  const volumes = [rootVolume(ec2, image, rootOverride)];
  for (const mapping of mappings) {
    const device = mapping.DeviceName ?? "";
    checkDeviceName(device);
    // Instance-store disks on Nitro come by themselves; NoDevice names what is not there.
    const isLeftOut = mapping.NoDevice !== undefined || mapping.VirtualName !== undefined;
    if (mapping === rootOverride || isLeftOut) continue;
    checkDeviceFree(
      device,
      volumes.map((volume) => volume.device),
    );
    volumes.push(dataVolume(ec2, mapping, device));
  }
  return volumes;
}

function isRoot({ DeviceName = "" }: BlockDeviceMapping): boolean {
  return attachmentPoint(DeviceName) === attachmentPoint(rootDeviceName);
}

function rootVolume(
  ec2: Ec2,
  image: LocalImage,
  mapping: BlockDeviceMapping | undefined,
): MappedVolume {
  const ebs = mapping?.Ebs ?? {};
  if (ebs.SnapshotId && ebs.SnapshotId !== image.snapshotId) {
    throw new ApiError("InvalidBlockDeviceMapping", "snapshotId cannot be modified on root device");
  }
  const type = volumeTypeOf(ebs.VolumeType ?? "gp3");
  if (!volumeTypeLimits[type].boot) {
    throw invalidCombination(`The volume type ${type} cannot be used as a boot volume.`);
  }
  return mappedVolume(ec2, {
    ...ebs,
    device: rootDeviceName,
    type,
    SnapshotId: image.snapshotId,
  });
}

function dataVolume(ec2: Ec2, mapping: BlockDeviceMapping, device: string): MappedVolume {
  const ebs = mapping.Ebs;
  if (!ebs) {
    throw new ApiError("InvalidBlockDeviceMapping", `The device '${device}' is mapped to nothing.`);
  }
  return mappedVolume(ec2, { ...ebs, device, type: volumeTypeOf(ebs.VolumeType) });
}

function mappedVolume(
  ec2: Ec2,
  wanted: NonNullable<BlockDeviceMapping["Ebs"]> & { device: string; type: EbsVolumeType },
): MappedVolume {
  const { type, device } = wanted;
  const snapshot = wanted.SnapshotId ? requireCompletedSnapshot(ec2, wanted.SnapshotId) : undefined;
  const sizeGiB = wanted.VolumeSize ?? snapshot?.sizeGiB;
  if (sizeGiB === undefined) throw missingParameter("size or snapshotId");
  if (snapshot && sizeGiB < snapshot.sizeGiB) throw smallerThanSnapshot(sizeGiB, snapshot.sizeGiB);
  const performance = checkVolumeLimits({
    type,
    sizeGiB,
    iops: wanted.Iops,
    throughputMiBps: wanted.Throughput,
  });
  checkInitializationRate(wanted.VolumeInitializationRate, snapshot?.snapshotId);
  const encrypted =
    (wanted.Encrypted ?? false) || (snapshot?.encrypted ?? false) || ebsEncryption(ec2).byDefault;
  checkKmsKey(wanted.KmsKeyId, encrypted);
  return {
    device,
    sizeGiB,
    type,
    ...performance,
    snapshotId: snapshot?.snapshotId,
    encrypted,
    kmsKeyId: encrypted ? kmsKeyArn(ec2, wanted.KmsKeyId ?? snapshot?.kmsKeyId) : undefined,
    initializationRateMiBps: wanted.VolumeInitializationRate,
    // "Preserve data when an instance is terminated": true for every volume made by a launch through the API.
    deleteOnTermination: wanted.DeleteOnTermination ?? true,
  };
}

/** The rows of the volumes that come with one instance. */
export function volumesAtLaunch(
  volumes: readonly MappedVolume[],
  instance: InstanceRow,
): VolumeRow[] {
  return volumes.map(({ device, deleteOnTermination, ...volume }) => ({
    ...volume,
    volumeId: newId("vol"),
    zone: instance.zone,
    multiAttach: false,
    createdAt: instance.launchedAt,
    state: "creating",
    attachments: [
      {
        instanceId: instance.instanceId,
        device,
        state: "attaching",
        force: false,
        attachedAt: instance.launchedAt,
        deleteOnTermination,
      },
    ],
  }));
}
