import type { CreateVolumeRequest, Filter, Volume as SdkVolume } from "@aws-sdk/client-ec2";
import type { EbsVolumeType } from "../facts/ebs-limits.ts";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { pages } from "./pages.ts";
import { type Tags, tagsOf, toSdkTags } from "./tags.ts";
import { awsErrorCode } from "./translate-error.ts";

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
  /** ARN of the key that encrypts it. */
  kmsKeyId: string | undefined;
  multiAttach: boolean;
  snapshotId: string | undefined;
  sourceVolumeId: string | undefined;
  attachments: AwsAttachment[];
  tags: Tags;
  createdAt: Date;
}

interface AwsAttachment {
  instanceId: string;
  device: string;
  /** attaching · attached · detaching · detached · busy */
  state: string;
  deleteOnTermination: boolean;
  /** When it was asked for. */
  attachedAt?: Date | undefined;
}

/** An empty volume to be made. It is always encrypted: volume copies refuse sources that are not. */
export interface NewVolume {
  sizeGiB: number;
  /** Always sent: AWS's own default is still gp2. */
  type: EbsVolumeType;
  zone: string;
  /** Undefined for types that refuse it. */
  iops: number | undefined;
  throughputMiBps: number | undefined;
  /** Undefined: the account's default key. */
  kmsKeyId: string | undefined;
  multiAttach: boolean;
  tags: Tags;
  clientToken: string;
}

/**
 * Asks for a volume. The answer comes before the volume is there, and a wrong KMS key shows only
 * later, by the state `error` (EC2 API, CreateVolume).
 */
export async function requestVolume(aws: Aws, volume: NewVolume): Promise<VolumeId> {
  const { CreateVolumeCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const request: CreateVolumeRequest = {
    Size: volume.sizeGiB,
    VolumeType: volume.type,
    AvailabilityZone: volume.zone,
    Encrypted: true,
    ClientToken: volume.clientToken,
    TagSpecifications: [{ ResourceType: "volume", Tags: toSdkTags(volume.tags) }],
    ...(volume.iops === undefined ? {} : { Iops: volume.iops }),
    ...(volume.throughputMiBps === undefined ? {} : { Throughput: volume.throughputMiBps }),
    ...(volume.kmsKeyId === undefined ? {} : { KmsKeyId: volume.kmsKeyId }),
    ...(volume.multiAttach ? { MultiAttachEnabled: true } : {}),
  };
  const answer = await call("ec2:CreateVolume", () =>
    client.send(new CreateVolumeCommand(request)),
  );
  return answer.VolumeId as VolumeId;
}

/** Asks to delete a volume that is attached to nothing. */
export async function requestDeletion(aws: Aws, volumeId: string): Promise<void> {
  const { DeleteVolumeCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  await call("ec2:DeleteVolume", () =>
    client.send(new DeleteVolumeCommand({ VolumeId: volumeId })),
  );
}

/** Undefined when AWS does not know the id (any more, or yet: a new volume may be missing for some seconds). */
export async function findVolumeById(aws: Aws, volumeId: string): Promise<AwsVolume | undefined> {
  try {
    const [volume] = await describeVolumes(aws, { volumeIds: [volumeId] });
    return volume;
  } catch (error) {
    if (awsErrorCode(error) === "InvalidVolume.NotFound") return undefined;
    throw error;
  }
}

/** Volumes by id or by EC2 filters, all pages. */
export async function describeVolumes(
  aws: Aws,
  query: { volumeIds?: readonly string[]; filters?: readonly Filter[] },
): Promise<AwsVolume[]> {
  const { DescribeVolumesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const found: AwsVolume[] = [];
  const all = pages((next) =>
    call("ec2:DescribeVolumes", () =>
      client.send(
        new DescribeVolumesCommand({
          ...(query.volumeIds ? { VolumeIds: [...query.volumeIds] } : { MaxResults: 500 }),
          ...(query.filters ? { Filters: [...query.filters] } : {}),
          ...next,
        }),
      ),
    ),
  );
  for await (const page of all) {
    found.push(...(page.Volumes ?? []).map(toVolume));
  }
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
    kmsKeyId: volume.KmsKeyId,
    multiAttach: volume.MultiAttachEnabled ?? false,
    snapshotId: volume.SnapshotId || undefined,
    sourceVolumeId: volume.SourceVolumeId || undefined,
    attachments: (volume.Attachments ?? []).map((attachment) => ({
      instanceId: attachment.InstanceId ?? "",
      device: attachment.Device ?? "",
      state: attachment.State ?? "",
      attachedAt: attachment.AttachTime,
      deleteOnTermination: attachment.DeleteOnTermination ?? false,
    })),
    tags: tagsOf(volume.Tags),
    createdAt: volume.CreateTime ?? new Date(0),
  };
}
