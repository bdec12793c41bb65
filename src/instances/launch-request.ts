import type { AwsVolume } from "../aws/volumes.ts";
import type { LaunchSpec, StagedFile } from "../launch-spec.ts";
import type { BootLimits } from "./user-data.ts";

/** A volume and where the instance shall have it. */
export interface WantedMount {
  volume: AwsVolume;
  /** Absolute path on the instance. */
  mount: string;
  readOnly: boolean;
  /** What a blank volume gets; default: as its tag says, else ext4. */
  fileSystem?: "ext4" | "xfs";
}

/** What `aws setup` prepared, where somebody made it under a name of their own. */
export interface AccountNames {
  /** Default `runctl-instance`, which `aws setup` makes. */
  instanceProfile?: string;
  /** Default: the bucket that `aws setup` makes for account and region. */
  stagingBucket?: string;
}

/** What an instance is wanted for; members that are left out take the defaults of `aws create`. */
export interface LaunchRequest extends AccountNames {
  /** See `operation.ts`: the same request finds the instance that an earlier, killed run has launched. */
  op: string;
  work: LaunchSpec["work"];
  volumes: readonly WantedMount[];
  /** What the work fetches from the staging bucket: put there before the launch, unless it is there. */
  files?: readonly { file: StagedFile; body: Uint8Array }[];
  spot: boolean;
  /** By preference: the next one is tried while AWS has no capacity for the one before. Default: c5.2xlarge. */
  instanceTypes?: readonly string[];
  /** Default: the zone of the volumes, of the user's volumes if they are in one, else the first that offers a type. */
  zone?: string;
  subnetId?: string;
  /** Default: the default group of the subnet's VPC. */
  securityGroupIds?: readonly string[];
  /** Default: the newest Amazon Linux 2023, for GPU types the newest Deep Learning base image. */
  imageId?: string;
  /** GiB; default: what the image asks for, but at least 20. */
  rootSizeGiB?: number;
  name?: string;
  /** Value of the tag `Project`; default `runctl`. */
  project?: string;
  /** The user's own, on the instance. */
  tags?: Readonly<Record<string, string>>;
  /** Value of the tag `runctl:role`; left out for training. */
  role?: "pre-warm";
  /** 500 to 5,000; default 2,000. */
  pollMs?: number;
  /** 1 to 600; default 90. */
  graceSeconds?: number;
  maxLifetimeSeconds?: number;
  /** Default 60. */
  hungAfterSeconds?: number;
  bootLimits?: BootLimits;
  /** s3:// addresses outside of the staging bucket that the instance has to read. */
  reads?: readonly string[];
}

export const launchDefaults = {
  instanceType: "c5.2xlarge",
  instanceProfile: "runctl-instance",
  pollMs: 2_000,
  graceSeconds: 90,
  minRootSizeGiB: 20,
} as const;
