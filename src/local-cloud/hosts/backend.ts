import type { RequestListener } from "node:http";

/** An instance as the host that runs it sees it. */
export interface Machine {
  instanceId: string;
  instanceType: string;
  /** Such as `ip-172-31-16-5`. */
  hostName: string;
  rootVolumeId: string;
  /** Size of `/dev/…` and name hints; the root volume is not in it. */
  attachments: readonly Attachment[];
}

interface Attachment {
  volumeId: string;
  /** The name that the caller of AttachVolume gave, such as `/dev/sdf`: a hint only, as on Nitro. */
  deviceName: string;
}

/** What answers a guest at 169.254.169.254 and at the AWS endpoint. */
export interface GuestServices {
  imds(instanceId: string): RequestListener;
  aws(instanceId: string): RequestListener;
}

/**
 * Disks and machines behind the EC2 API: `kernel` makes them for real, `null` only remembers that they exist.
 *
 * Every method may be called again after a crash with the same arguments: it finds what is there and goes on.
 * Ids are those of EC2 (`vol-…`, `snap-…`, `i-…`). Volumes attached to no machine hold no loop device.
 */
export interface Backend {
  readonly kind: "kernel" | "null";

  /** The file system that every instance's root volume starts as, kept as the snapshot of the AMI. */
  prepareImage(snapshotId: string, sizeGiB: number): Promise<void>;

  createDisk(volumeId: string, sizeGiB: number, fromSnapshotId?: string): Promise<void>;
  growDisk(volumeId: string, sizeGiB: number): Promise<void>;
  deleteDisk(volumeId: string): Promise<void>;
  /** A crash-consistent copy of what is on the disk now. Returns the bytes that are allocated in it. */
  captureSnapshot(volumeId: string, snapshotId: string): Promise<{ writtenBytes: number }>;
  deleteSnapshot(snapshotId: string): Promise<void>;

  /** Resolves when PID 1 runs and IMDS answers inside. */
  boot(machine: Machine, services: GuestServices): Promise<void>;
  /** Takes back a machine that outlived an earlier server; false when it is off. */
  adopt(machine: Machine, services: GuestServices): Promise<boolean>;
  /** Resolves when the machine is off and nothing of it runs or is mounted; its disks are detached then. */
  whenOff(instanceId: string): Promise<void>;
  /** The ACPI power button: asks the machine to shut down; returns at once. */
  pressPowerButton(instanceId: string): Promise<void>;
  /** The plug pulled: what was not synced to a disk is lost. Resolves when the machine is off. */
  cutPower(instanceId: string): Promise<void>;

  attachDisk(instanceId: string, attachment: Attachment): Promise<void>;
  /** `busy`: the guest has it mounted, and `force` was not given. `force` gives the guest I/O errors. */
  detachDisk(
    instanceId: string,
    volumeId: string,
    options: { force: boolean },
  ): Promise<"detached" | "busy">;

  /** What the machine wrote to its console, oldest first; the last 64 KiB. Kept after it is off. */
  consoleOutput(instanceId: string): Promise<Uint8Array>;

  /** Frees the loop devices that a killed server had made and not yet given to a machine. Before anything else is asked. */
  freeStrays?(): Promise<void>;

  /** Closes what this process serves to guests; machines go on, and `adopt` serves them again. */
  stopServing?(): Promise<void>;

  /** Ends every machine and frees every loop device, mount, namespace and cgroup that this backend made; keeps the disks. */
  releaseAll(): Promise<void>;
}
