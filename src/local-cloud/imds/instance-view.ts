/** What IMDS tells an instance about itself. */
export interface InstanceView {
  instanceId: string;
  instanceType: string;
  imageId: string;
  lifecycle: "spot" | "on-demand";
  accountId: string;
  region: string;
  availabilityZone: string;
  availabilityZoneId: string;
  privateIp: string;
  /** Such as `ip-172-31-16-5.ec2.internal`. */
  privateDnsName: string;
  securityGroups: readonly string[];
  launchTime: Date;
  /** Undefined unless `InstanceMetadataTags` is enabled. */
  tags: Readonly<Record<string, string>> | undefined;
  userData: Uint8Array | undefined;
  /** `ami` → root device name, `ebsN` → name. */
  blockDevices: Readonly<Record<string, string>>;
  httpTokens: "required" | "optional";
  httpEndpoint: "enabled" | "disabled";
  role: InstanceRole | undefined;
  /** Set from the interruption notice on. */
  spotAction: { action: "terminate" | "stop"; time: Date } | undefined;
  rebalanceNoticeTime: Date | undefined;
}

export interface InstanceRole {
  roleName: string;
  profileArn: string;
  profileId: string;
  credentials(): TemporaryCredentials;
}

export interface TemporaryCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  lastUpdated: Date;
  expiration: Date;
}
