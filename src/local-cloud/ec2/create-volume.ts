import type { CreateVolumeRequest, DeleteVolumeRequest, Volume } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { findEarlierResult, rememberResult } from "./client-tokens.ts";
import { ebsEncryption, kmsKeyArn } from "./ebs-encryption.ts";
import { type Ec2, nowText } from "./ec2.ts";
import { missingParameter, stopIfDryRun } from "./errors.ts";
import { newId } from "./ids.ts";
import type { VolumeRow } from "./rows.ts";
import { requireCompletedSnapshot } from "./snapshots.ts";
import { putTags, tagsAtCreation } from "./tags.ts";
import { driveVolume } from "./volume-life.ts";
import {
  checkInitializationRate,
  checkKmsKey,
  checkMultiAttach,
  checkVolumeLimits,
  volumeTypeOf,
} from "./volume-limits.ts";
import { requireVolume, toSdkVolume, volumeState } from "./volumes.ts";
import { requestedZone } from "./zones.ts";

/** Rules: CreateVolume API page. */
export function createVolume(ec2: Ec2, input: CreateVolumeRequest): Volume {
  const earlier = findEarlierResult(ec2, "CreateVolume", input);
  if (earlier?.[0] && !input.DryRun) return toSdkVolume(ec2, requireVolume(ec2, earlier[0]));
  const row = volumeFrom(ec2, input);
  const tags = tagsAtCreation(input.TagSpecifications, ["volume"]).volume;
  stopIfDryRun(input);

  ec2.store.transaction(() => {
    ec2.volumes.put(row.volumeId, row);
    putTags(ec2, row.volumeId, tags);
    rememberResult(ec2, "CreateVolume", input, [row.volumeId]);
  });
  driveVolume(ec2, row.volumeId);
  return toSdkVolume(ec2, row);
}

function volumeFrom(ec2: Ec2, input: CreateVolumeRequest): VolumeRow {
  const zone = requestedZone(ec2.region, input);
  if (!zone) throw missingParameter("AvailabilityZone");
  const type = volumeTypeOf(input.VolumeType);
  const snapshot = input.SnapshotId ? requireCompletedSnapshot(ec2, input.SnapshotId) : undefined;
  const sizeGiB = input.Size ?? snapshot?.sizeGiB;
  if (sizeGiB === undefined) {
    throw new ApiError(
      "MissingParameter",
      "The request must contain the parameter size or snapshotId",
    );
  }
  const performance = checkVolumeLimits({
    type,
    sizeGiB,
    iops: input.Iops,
    throughputMiBps: input.Throughput,
  });
  if (snapshot && sizeGiB < snapshot.sizeGiB) throw smallerThanSnapshot(sizeGiB, snapshot.sizeGiB);
  checkMultiAttach(type, input.MultiAttachEnabled ?? false);
  checkInitializationRate(input.VolumeInitializationRate, snapshot?.snapshotId);
  const encrypted =
    (input.Encrypted ?? false) || (snapshot?.encrypted ?? false) || ebsEncryption(ec2).byDefault;
  checkKmsKey(input.KmsKeyId, encrypted);
  return {
    volumeId: newId("vol"),
    sizeGiB,
    type,
    ...performance,
    zone: zone.name,
    encrypted,
    kmsKeyId: encrypted ? kmsKeyArn(ec2, input.KmsKeyId ?? snapshot?.kmsKeyId) : undefined,
    snapshotId: snapshot?.snapshotId,
    multiAttach: input.MultiAttachEnabled ?? false,
    initializationRateMiBps: input.VolumeInitializationRate,
    createdAt: nowText(ec2),
    state: "creating",
    attachments: [],
  };
}

export function smallerThanSnapshot(sizeGiB: number, snapshotGiB: number): ApiError {
  return new ApiError(
    "InvalidParameterValue",
    `Volume of size ${sizeGiB}GB is smaller than snapshot, expect size >= ${snapshotGiB}GB`,
  );
}

/** Rules: DeleteVolume API page; only an available or failed volume can go. */
export function deleteVolume(ec2: Ec2, input: DeleteVolumeRequest): void {
  const volume = requireVolume(ec2, input.VolumeId ?? "");
  const attachment = volume.attachments[0];
  if (attachment) {
    throw new ApiError(
      "VolumeInUse",
      `Volume ${volume.volumeId} is currently attached to ${attachment.instanceId}`,
    );
  }
  if (volume.state === "creating") {
    throw new ApiError(
      "IncorrectState",
      `The volume '${volume.volumeId}' is in the '${volumeState(volume)}' state.`,
    );
  }
  stopIfDryRun(input);
  ec2.volumes.put(volume.volumeId, { ...volume, state: "deleting" });
  driveVolume(ec2, volume.volumeId);
}
