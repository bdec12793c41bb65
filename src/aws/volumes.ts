import type { Filter, Volume as SdkVolume } from "@aws-sdk/client-ec2";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { type Tags, tagsOf } from "./tags.ts";

export type VolumeId = `vol-${string}`;

/** An EBS volume as AWS describes it. */
export interface AwsVolume {
  volumeId: VolumeId;
  sizeGiB: number;
  type: string;
  iops: number | undefined;
  throughputMiBps: number | undefined;
  zone: string;
  /** creating · available · in-use · deleting · deleted · error */
  state: string;
  encrypted: boolean;
  multiAttach: boolean;
  snapshotId: string | undefined;
  sourceVolumeId: string | undefined;
  attachments: AwsAttachment[];
  tags: Tags;
  createdAt: Date;
}

export interface AwsAttachment {
  instanceId: string;
  device: string;
  /** attaching · attached · detaching · detached · busy */
  state: string;
  deleteOnTermination: boolean;
}

/** Volumes by id or by EC2 filters, all pages. */
export async function describeVolumes(
  aws: Aws,
  query: { volumeIds?: readonly string[]; filters?: readonly Filter[] },
): Promise<AwsVolume[]> {
  const { DescribeVolumesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const found: AwsVolume[] = [];
  let token: string | undefined;
  do {
    const page = await call("ec2:DescribeVolumes", () =>
      client.send(
        new DescribeVolumesCommand({
          ...(query.volumeIds ? { VolumeIds: [...query.volumeIds] } : { MaxResults: 500 }),
          ...(query.filters ? { Filters: [...query.filters] } : {}),
          ...(token ? { NextToken: token } : {}),
        }),
      ),
    );
    found.push(...(page.Volumes ?? []).map(toVolume));
    token = page.NextToken;
  } while (token);
  return found;
}

function toVolume(volume: SdkVolume): AwsVolume {
  return {
    volumeId: volume.VolumeId as VolumeId,
    sizeGiB: volume.Size ?? 0,
    type: volume.VolumeType ?? "",
    iops: volume.Iops,
    throughputMiBps: volume.Throughput,
    zone: volume.AvailabilityZone ?? "",
    state: volume.State ?? "",
    encrypted: volume.Encrypted ?? false,
    multiAttach: volume.MultiAttachEnabled ?? false,
    snapshotId: volume.SnapshotId || undefined,
    sourceVolumeId: volume.SourceVolumeId || undefined,
    attachments: (volume.Attachments ?? []).map((attachment) => ({
      instanceId: attachment.InstanceId ?? "",
      device: attachment.Device ?? "",
      state: attachment.State ?? "",
      deleteOnTermination: attachment.DeleteOnTermination ?? false,
    })),
    tags: tagsOf(volume.Tags),
    createdAt: volume.CreateTime ?? new Date(0),
  };
}
