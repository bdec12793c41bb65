import type { InstanceRole, InstanceView } from "./instance-view.ts";

/** A directory of the metadata service: text by name; undefined members are not there. */
export interface MetadataTree {
  readonly [name: string]: string | MetadataTree | undefined;
}

/**
 * What is below `/latest/` for an instance.
 *
 * @see EC2 User Guide, "Instance metadata categories" and "Instance identity documents".
 */
export function metadataTree(view: InstanceView): MetadataTree {
  return {
    dynamic: { "instance-identity": { document: identityDocument(view) } },
    "meta-data": metaData(view),
  };
}

/** The text of a file, or the names in a directory; undefined when there is neither. */
export function readTree(tree: MetadataTree, path: readonly string[]): string | undefined {
  let node: string | MetadataTree | undefined = tree;
  for (const name of path) {
    if (typeof node !== "object" || !Object.hasOwn(node, name)) return undefined;
    node = node[name];
  }
  if (typeof node !== "object") return node;
  return Object.entries(node)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (typeof value === "object" ? `${name}/` : name))
    .toSorted()
    .join("\n");
}

/** Without fractions of a second, as in the User Guide's examples: `2017-09-18T08:22:00Z`. */
function metadataTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, "Z");
}

function metaData(view: InstanceView): MetadataTree {
  return {
    "ami-id": view.imageId,
    "ami-launch-index": "0",
    "block-device-mapping": { ...view.blockDevices },
    events: view.rebalanceNoticeTime && {
      recommendations: {
        rebalance: JSON.stringify({ noticeTime: metadataTime(view.rebalanceNoticeTime) }),
      },
    },
    hostname: view.privateDnsName,
    iam: view.role && iam(view.role),
    "instance-action": "none",
    "instance-id": view.instanceId,
    "instance-life-cycle": view.lifecycle,
    "instance-type": view.instanceType,
    "local-hostname": view.privateDnsName,
    "local-ipv4": view.privateIp,
    placement: {
      "availability-zone": view.availabilityZone,
      "availability-zone-id": view.availabilityZoneId,
      region: view.region,
    },
    "security-groups": view.securityGroups.join("\n"),
    services: { domain: "amazonaws.com", partition: "aws" },
    spot: view.spotAction && {
      "instance-action": JSON.stringify({
        action: view.spotAction.action,
        time: metadataTime(view.spotAction.time),
      }),
      "termination-time":
        view.spotAction.action === "terminate" ? metadataTime(view.spotAction.time) : undefined,
    },
    tags: view.tags && { instance: { ...view.tags } },
  };
}

function iam(role: InstanceRole): MetadataTree {
  const credentials = role.credentials();
  const lastUpdated = metadataTime(credentials.lastUpdated);
  return {
    info: asJson({
      Code: "Success",
      LastUpdated: lastUpdated,
      InstanceProfileArn: role.profileArn,
      InstanceProfileId: role.profileId,
    }),
    "security-credentials": {
      [role.roleName]: asJson({
        Code: "Success",
        LastUpdated: lastUpdated,
        Type: "AWS-HMAC",
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        Token: credentials.sessionToken,
        Expiration: metadataTime(credentials.expiration),
      }),
    },
  };
}

function identityDocument(view: InstanceView): string {
  return asJson({
    accountId: view.accountId,
    // Instances run on this computer's own processor, whatever their type is called.
    architecture: process.arch === "arm64" ? "arm64" : "x86_64",
    availabilityZone: view.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: view.imageId,
    instanceId: view.instanceId,
    instanceType: view.instanceType,
    kernelId: null,
    pendingTime: metadataTime(view.launchTime),
    privateIp: view.privateIp,
    ramdiskId: null,
    region: view.region,
    version: "2017-09-30",
  });
}

function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
