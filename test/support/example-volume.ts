import type { AwsInstance } from "../../src/aws/instances.ts";
import type { AwsVolume } from "../../src/aws/volumes.ts";
import { tagKeys } from "../../src/tags.ts";

/** A free gp3 volume that runctl made, but for what `members` says. */
export function exampleVolume(members: Partial<AwsVolume> = {}): AwsVolume {
  return {
    volumeId: "vol-0123456789abcdef0",
    sizeGiB: 500,
    type: "gp3",
    iops: 3_000,
    throughputMiBps: 125,
    zone: "us-east-1a",
    state: members.attachments?.length ? "in-use" : "available",
    encrypted: true,
    kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/0000",
    multiAttach: false,
    snapshotId: undefined,
    sourceVolumeId: undefined,
    attachments: [],
    tags: { [tagKeys.managed]: "true" },
    createdAt: new Date("2026-11-23T12:00:00Z"),
    ...members,
  };
}

/** A running instance of runctl with nothing but its root volume, but for what `members` says. */
export function exampleInstance(members: Partial<AwsInstance> = {}): AwsInstance {
  return {
    instanceId: "i-0123456789abcdef0",
    type: "c5.2xlarge",
    lifecycle: "spot",
    zone: "us-east-1a",
    subnetId: "subnet-0123456789abcdef0",
    imageId: "ami-0123456789abcdef0",
    state: "running",
    stateReasonCode: undefined,
    stateReason: undefined,
    clientToken: undefined,
    rootDeviceName: "/dev/xvda",
    volumes: [],
    tags: { [tagKeys.managed]: "true" },
    launchedAt: new Date("2026-11-23T12:00:00Z"),
    ...members,
  };
}
