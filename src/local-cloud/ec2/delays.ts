/**
 * How long AWS typically takes, in milliseconds. Only the typical order is known: AWS promises none of these.
 * With time scale 0 they are nothing, with 1 they are as written.
 */
const typicalMs = {
  /** Creation of an empty volume takes seconds (EBS user guide, "Create an Amazon EBS volume"). */
  createVolume: 5_000,
  deleteVolume: 3_000,
  /** 1–4 s in the field (aws-ebs-csi-driver, cloud.go: polls from 1 s). */
  attachVolume: 2_000,
  detachVolume: 3_000,
  /** From pending to running; the guest's own boot comes on top. */
  launchInstance: 8_000,
  stopInstance: 5_000,
  terminateInstance: 10_000,
  /** A small snapshot; a large one takes longer on AWS (EBS user guide, "Amazon EBS snapshots"). */
  completeSnapshot: 30_000,
} as const;

export type Delay = keyof typeof typicalMs;

export function delayMs(name: Delay, timeScale: number): number {
  return typicalMs[name] * timeScale;
}

/**
 * How long a guest may take to shut down before the plug is pulled. AWS says "after a short while"
 * and no number (EC2 user guide, "How instance termination works"); not scaled, because the guest's work is real.
 */
export const shutdownLimitMs = 120_000;

/** How often a mounted volume that is to be detached is looked at again. Not scaled. */
export const busyPollMs = 200;

/** "Terminated instances remain visible for a short while (usually an hour)" (DescribeInstances API page). */
export const terminatedVisibleMs = 3_600_000;
