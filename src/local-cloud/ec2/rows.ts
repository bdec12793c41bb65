/** What the EC2 API remembers, as plain JSON rows of the store. Times are ISO strings. */

export interface VolumeRow {
  volumeId: string;
  sizeGiB: number;
  type: VolumeTypeName;
  iops: number | undefined;
  throughputMiBps: number | undefined;
  zone: string;
  encrypted: boolean;
  kmsKeyId: string | undefined;
  snapshotId: string | undefined;
  multiAttach: boolean;
  initializationRateMiBps: number | undefined;
  createdAt: string;
  /** `available` or `in-use` follow from the attachments, see `volumeState`. */
  state: "creating" | "ready" | "deleting" | "error";
  attachments: readonly AttachmentRow[];
}

type VolumeTypeName = "gp2" | "gp3" | "io1" | "io2" | "st1" | "sc1" | "standard";

export interface AttachmentRow {
  instanceId: string;
  device: string;
  state: "attaching" | "attached" | "detaching" | "busy";
  /** Of a detaching attachment: the guest is not asked. */
  force: boolean;
  attachedAt: string;
  deleteOnTermination: boolean;
}

export interface SnapshotRow {
  snapshotId: string;
  /** `vol-ffffffff`, as AWS shows it, for a snapshot that no volume of this account was the source of. */
  volumeId: string;
  sizeGiB: number;
  description: string;
  encrypted: boolean;
  kmsKeyId: string | undefined;
  /** The account, or `amazon`. */
  owner: string;
  state: "pending" | "completed" | "error";
  startedAt: string;
  completedAt: string | undefined;
  /** Undefined until the disk was captured. */
  writtenBytes: number | undefined;
}

/** The account's own settings for the region ("Enable Amazon EBS encryption by default", EBS user guide). */
export interface EbsEncryptionRow {
  byDefault: boolean;
  /** As `kmsKeyArn` writes it; undefined: AWS's own key. */
  kmsKeyId: string | undefined;
}

export type InstanceStateName =
  | "pending"
  | "running"
  | "shutting-down"
  | "terminated"
  | "stopping"
  | "stopped";

export interface InstanceRow {
  instanceId: string;
  reservationId: string;
  launchIndex: number;
  imageId: string;
  instanceType: string;
  zone: string;
  subnetId: string;
  privateIp: string;
  securityGroupIds: readonly string[];
  networkInterfaceId: string;
  lifecycle: "spot" | "on-demand";
  spotRequestId: string | undefined;
  profileName: string | undefined;
  /** Base64, as given. */
  userData: string | undefined;
  metadata: MetadataRow;
  shutdownBehavior: "stop" | "terminate";
  ebsOptimized: boolean;
  terminationProtected: boolean;
  rootDeviceName: string;
  clientToken: string | undefined;
  launchedAt: string;
  state: InstanceStateName;
  reason: StateReasonRow | undefined;
  /** While `stopping` or `shutting-down`: when the plug is pulled if the guest is still on. */
  plugPulledAt: string | undefined;
  terminatedAt: string | undefined;
  interruption: InterruptionRow | undefined;
  rebalanceNoticeAt: string | undefined;
}

export interface MetadataRow {
  httpTokens: "required" | "optional";
  httpEndpoint: "enabled" | "disabled";
  hopLimit: number;
  instanceTags: "enabled" | "disabled";
}

export interface StateReasonRow {
  /** Such as `Client.UserInitiatedShutdown`. */
  code: string;
  message: string;
  at: string;
}

interface InterruptionRow {
  action: "terminate" | "stop";
  at: string;
}

export interface SpotRequestRow {
  spotRequestId: string;
  instanceId: string;
  instanceType: string;
  imageId: string;
  zone: string;
  type: "one-time" | "persistent";
  interruptionBehavior: "terminate" | "stop" | "hibernate";
  /** Per hour; undefined where the facts have no on-demand price. */
  maxPriceUsd: string | undefined;
  validUntil: string | undefined;
  state: "open" | "active" | "closed" | "cancelled" | "disabled";
  statusCode: string;
  createdAt: string;
  updatedAt: string;
}

export interface ClientTokenRow {
  /** Hash of the parameters of the first request. */
  parameters: string;
  /** What the first request made. */
  resourceIds: readonly string[];
}
