import type { InstanceView } from "../imds/instance-view.ts";
import { attachmentPoint } from "./device-names.ts";
import type { Ec2 } from "./ec2.ts";
import { privateDnsName } from "./instances.ts";
import type { InstanceRow } from "./rows.ts";
import { tagsOf } from "./tags.ts";
import { attachmentsOf } from "./volumes.ts";
import { zoneIdOf } from "./zones.ts";

/** What IMDS tells an instance that is on; undefined for any other. */
export function instanceView(ec2: Ec2, instanceId: string): InstanceView | undefined {
  const row = ec2.instances.get(instanceId);
  if (!row || row.state === "terminated" || row.state === "stopped") return undefined;
  return {
    instanceId,
    instanceType: row.instanceType,
    imageId: row.imageId,
    lifecycle: row.lifecycle,
    accountId: ec2.accountId,
    region: ec2.region,
    availabilityZone: row.zone,
    availabilityZoneId: zoneIdOf(ec2.region, row.zone),
    privateIp: row.privateIp,
    privateDnsName: privateDnsName(ec2, row),
    securityGroups: row.securityGroupIds.map(() => "default"),
    launchTime: new Date(row.launchedAt),
    tags: row.metadata.instanceTags === "enabled" ? tagsOf(ec2, instanceId) : undefined,
    userData: row.userData === undefined ? undefined : Buffer.from(row.userData, "base64"),
    blockDevices: blockDevicesOf(ec2, row),
    httpTokens: row.metadata.httpTokens,
    httpEndpoint: row.metadata.httpEndpoint,
    role: roleOf(ec2, row),
    spotAction: row.interruption && {
      action: row.interruption.action,
      time: new Date(row.interruption.at),
    },
    rebalanceNoticeTime: row.rebalanceNoticeAt ? new Date(row.rebalanceNoticeAt) : undefined,
  };
}

/** "Instance metadata categories", block-device-mapping: `ami`, `root` and `ebsN` in the order of the names. */
function blockDevicesOf(ec2: Ec2, row: InstanceRow): Record<string, string> {
  const devices: Record<string, string> = { ami: row.rootDeviceName, root: row.rootDeviceName };
  attachmentsOf(ec2, row.instanceId)
    .map(({ attachment }) => attachment.device)
    .filter((device) => device !== row.rootDeviceName)
    .toSorted((a, b) => (attachmentPoint(a) < attachmentPoint(b) ? -1 : 1))
    .forEach((device, index) => (devices[`ebs${index + 1}`] = device));
  return devices;
}

function roleOf(ec2: Ec2, { profileName, instanceId }: InstanceRow): InstanceView["role"] {
  const profile = profileName === undefined ? undefined : ec2.profiles.find(profileName);
  const role = profile?.role;
  if (!role) return undefined;
  return {
    roleName: role.name,
    profileArn: profile.arn,
    profileId: profile.id,
    credentials: () => role.credentialsFor(instanceId),
  };
}
