import type { Ec2 } from "./ec2.ts";
import { volumeState } from "./volumes.ts";

/** What `local status` shows of EC2. */
export interface Ec2Summary {
  /** Without terminated ones. */
  instances: { instanceId: string; instanceType: string; zone: string; state: string }[];
  volumes: { volumeId: string; sizeGiB: number; zone: string; state: string }[];
  /** The account's own. */
  snapshots: { snapshotId: string; sizeGiB: number; state: string }[];
}

export function summaryOf(ec2: Ec2): Ec2Summary {
  return {
    instances: ec2.instances
      .all()
      .filter(({ state }) => state !== "terminated")
      .map(({ instanceId, instanceType, zone, state }) => ({
        instanceId,
        instanceType,
        zone,
        state,
      })),
    volumes: ec2.volumes.all().map((volume) => ({
      volumeId: volume.volumeId,
      sizeGiB: volume.sizeGiB,
      zone: volume.zone,
      state: volumeState(volume),
    })),
    snapshots: ec2.snapshots
      .all()
      .filter(({ owner }) => owner === ec2.accountId)
      .map(({ snapshotId, sizeGiB, state }) => ({ snapshotId, sizeGiB, state })),
  };
}
