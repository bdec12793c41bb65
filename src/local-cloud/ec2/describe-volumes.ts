import type {
  DescribeVolumesRequest,
  DescribeVolumesResult,
  DescribeVolumeStatusRequest,
  DescribeVolumeStatusResult,
  VolumeStatusItem,
} from "@aws-sdk/client-ec2";
import type { Ec2 } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { applyFilters, type FilterFields, trueOrFalse } from "./filters.ts";
import { pageOf } from "./paging.ts";
import type { VolumeRow } from "./rows.ts";
import { tagsOf } from "./tags.ts";
import { requireVolume, toSdkVolume, volumeState } from "./volumes.ts";
import { zoneIdOf } from "./zones.ts";

/** The filters of the DescribeVolumes API page. */
function fieldsOf(ec2: Ec2): FilterFields<VolumeRow> {
  return {
    "attachment.attach-time": ({ attachments }) => attachments.map((one) => one.attachedAt),
    "attachment.delete-on-termination": ({ attachments }) =>
      attachments.map((one) => trueOrFalse(one.deleteOnTermination)),
    "attachment.device": ({ attachments }) => attachments.map((one) => one.device),
    "attachment.instance-id": ({ attachments }) => attachments.map((one) => one.instanceId),
    "attachment.status": ({ attachments }) => attachments.map((one) => one.state),
    "availability-zone": ({ zone }) => zone,
    "availability-zone-id": ({ zone }) => zoneIdOf(ec2.region, zone),
    "create-time": ({ createdAt }) => createdAt,
    encrypted: ({ encrypted }) => trueOrFalse(encrypted),
    "fast-restored": () => "false",
    "multi-attach-enabled": ({ multiAttach }) => trueOrFalse(multiAttach),
    size: ({ sizeGiB }) => String(sizeGiB),
    "snapshot-id": ({ snapshotId }) => snapshotId,
    status: volumeState,
    "volume-id": ({ volumeId }) => volumeId,
    "volume-type": ({ type }) => type,
  };
}

export function describeVolumes(ec2: Ec2, input: DescribeVolumesRequest): DescribeVolumesResult {
  const named = namedVolumes(ec2, input.VolumeIds);
  const found = applyFilters(named, input.Filters, fieldsOf(ec2), ({ volumeId }) =>
    tagsOf(ec2, volumeId),
  );
  const page = pageOf(found, ({ volumeId }) => volumeId, input, {
    min: 5,
    max: 1_000,
    hasIds: Boolean(input.VolumeIds?.length),
  });
  stopIfDryRun(input);
  return {
    Volumes: page.rows.map((volume) => toSdkVolume(ec2, volume)),
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

function namedVolumes(ec2: Ec2, ids: readonly string[] | undefined): readonly VolumeRow[] {
  if (!ids?.length) return ec2.volumes.all();
  return [...new Set(ids)].map((volumeId) => requireVolume(ec2, volumeId));
}

/** "Monitor the status of your Amazon EBS volumes": the local cloud's disks are always `ok`, or the volume is in `error`. */
export function describeVolumeStatus(
  ec2: Ec2,
  input: DescribeVolumeStatusRequest,
): DescribeVolumeStatusResult {
  const named = namedVolumes(ec2, input.VolumeIds);
  const found = applyFilters(named, input.Filters, {
    "action.code": () => [],
    "action.description": () => [],
    "action.event-id": () => [],
    "availability-zone": ({ zone }) => zone,
    "availability-zone-id": ({ zone }) => zoneIdOf(ec2.region, zone),
    "event.description": () => [],
    "event.event-id": () => [],
    "event.event-type": () => [],
    "event.not-after": () => [],
    "event.not-before": () => [],
    "volume-status.details-name": () => "io-enabled",
    "volume-status.details-status": () => "passed",
    "volume-status.status": statusOf,
  });
  const page = pageOf(found, ({ volumeId }) => volumeId, input, {
    min: 5,
    max: 1_000,
    hasIds: Boolean(input.VolumeIds?.length),
  });
  stopIfDryRun(input);
  return {
    VolumeStatuses: page.rows.map((volume) => toStatusItem(ec2, volume)),
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

function statusOf(volume: VolumeRow): "ok" | "impaired" | "insufficient-data" {
  if (volume.state === "error") return "impaired";
  return volume.state === "creating" ? "insufficient-data" : "ok";
}

function toStatusItem(ec2: Ec2, volume: VolumeRow): VolumeStatusItem {
  return {
    VolumeId: volume.volumeId,
    AvailabilityZone: volume.zone,
    AvailabilityZoneId: zoneIdOf(ec2.region, volume.zone),
    Actions: [],
    Events: [],
    AttachmentStatuses: [],
    VolumeStatus: {
      Status: statusOf(volume),
      Details: [
        { Name: "io-enabled", Status: "passed" },
        { Name: "io-performance", Status: "not-applicable" },
        // A clone of the snapshot's disk has all its blocks at once.
        ...(volume.snapshotId
          ? [{ Name: "initialization-state" as const, Status: "completed" }]
          : []),
      ],
    },
    ...(volume.snapshotId
      ? {
          InitializationStatusDetails: {
            InitializationType: volume.initializationRateMiBps ? "provisioned-rate" : "default",
            Progress: 100,
          },
        }
      : {}),
  };
}
