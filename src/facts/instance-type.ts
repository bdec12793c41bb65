/** What AWS publishes about an instance type. */
export interface InstanceTypeFacts {
  vcpus: number;
  memoryMiB: number;
  architecture: "x86_64" | "arm64";
  hypervisor: "nitro" | "xen";
  gpu?: { count: number; manufacturer: string; name: string; memoryMiB: number };
  ebs: {
    /** Mbit/s, MB/s, operations per second; sustained. */
    baseline?: readonly [mbps: number, megabytesPerSecond: number, iops: number];
    /** The same, for at least 30 minutes a day. */
    maximum?: readonly [mbps: number, megabytesPerSecond: number, iops: number];
    optimized: "default" | "supported" | "unsupported";
  };
  /** EBS volumes with the root volume; `shared`: network interfaces and instance-store disks count too. */
  maxAttachments: number;
  attachmentLimit: "shared" | "dedicated";
  network: {
    performance: string;
    /** Sums over all network cards. */
    baselineGbps: number;
    peakGbps: number;
    cards: number;
    interfaces: number;
    efa: boolean;
  };
  instanceStore?: { disks: number; sizeGB: number; type: "ssd" | "hdd" };
  /** Numbers of the zone ids of us-east-1 that offer it: 4 is `use1-az4`. */
  usEast1Zones: readonly number[];
}
