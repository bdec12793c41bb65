import type {
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  DescribeVpcEndpointsResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcsRequest,
  DescribeVpcsResult,
} from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { applyFilters } from "./filters.ts";
import { fixedId } from "./ids.ts";
import { tagsOf, toSdkTags } from "./tags.ts";
import { zonesOf } from "./zones.ts";

/** The account's default VPC as AWS makes it: one default subnet per zone ("Default VPCs", VPC user guide). */
export interface Network {
  vpcId: string;
  securityGroupId: string;
  routeTableId: string;
  gatewayId: string;
  subnets: readonly Subnet[];
}

export interface Subnet {
  subnetId: string;
  zone: string;
  zoneId: string;
  cidr: string;
  /** First two octets and the third, such as `172.31.16`; addresses are taken from .4 on. */
  thirdOctet: number;
}

const vpcCidr = "172.31.0.0/16";

export function networkOf({ accountId, region }: Pick<Ec2, "accountId" | "region">): Network {
  const name = `${accountId} ${region}`;
  return {
    vpcId: fixedId("vpc", name),
    securityGroupId: fixedId("sg", name),
    routeTableId: fixedId("rtb", name),
    gatewayId: fixedId("igw", name),
    subnets: zonesOf(region).map((zone, index) => ({
      subnetId: fixedId("subnet", `${name} ${zone.name}`),
      zone: zone.name,
      zoneId: zone.id,
      cidr: `172.31.${index * 16}.0/20`,
      thirdOctet: index * 16,
    })),
  };
}

/** @throws ApiError InvalidSubnetID.NotFound */
export function requireSubnet(ec2: Ec2, subnetId: string): Subnet {
  const found = networkOf(ec2).subnets.find((subnet) => subnet.subnetId === subnetId);
  if (!found)
    throw new ApiError("InvalidSubnetID.NotFound", `The subnet ID '${subnetId}' does not exist`);
  return found;
}

/** @throws ApiError InvalidGroup.NotFound */
export function requireSecurityGroup(ec2: Ec2, groupId: string): void {
  if (networkOf(ec2).securityGroupId !== groupId) {
    throw new ApiError("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
  }
}

/** An address of the subnet that no instance has. */
export function freeAddress(ec2: Ec2, subnet: Subnet, taken: ReadonlySet<string>): string {
  // A /20; AWS keeps the first four and the last address ("Subnet CIDR blocks").
  for (let host = 4; host < 4_095; host += 1) {
    const address = `172.31.${subnet.thirdOctet + (host >> 8)}.${host & 255}`;
    if (!taken.has(address)) return address;
  }
  throw new ApiError(
    "InsufficientFreeAddressesInSubnet",
    `There are not enough free addresses in subnet '${subnet.subnetId}'.`,
  );
}

export function describeVpcs(ec2: Ec2, input: DescribeVpcsRequest): DescribeVpcsResult {
  const { vpcId } = networkOf(ec2);
  for (const id of input.VpcIds ?? []) {
    if (id !== vpcId)
      throw new ApiError("InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`);
  }
  const found = applyFilters(
    [vpcId],
    input.Filters,
    {
      cidr: () => vpcCidr,
      "cidr-block-association.cidr-block": () => vpcCidr,
      "is-default": () => "true",
      isDefault: () => "true",
      "owner-id": () => ec2.accountId,
      state: () => "available",
      "vpc-id": () => vpcId,
    },
    (id) => tagsOf(ec2, id),
  );
  stopIfDryRun(input);
  return {
    Vpcs: found.map((id) => ({
      VpcId: id,
      CidrBlock: vpcCidr,
      IsDefault: true,
      State: "available",
      OwnerId: ec2.accountId,
      InstanceTenancy: "default",
      Tags: toSdkTags(tagsOf(ec2, id)),
    })),
  };
}

export function describeSubnets(ec2: Ec2, input: DescribeSubnetsRequest): DescribeSubnetsResult {
  const { vpcId, subnets } = networkOf(ec2);
  const ids = input.SubnetIds ?? [];
  const named = ids.length > 0 ? ids.map((id) => requireSubnet(ec2, id)) : subnets;
  const found = applyFilters(
    named,
    input.Filters,
    {
      "availability-zone": ({ zone }) => zone,
      availabilityZone: ({ zone }) => zone,
      "availability-zone-id": ({ zoneId }) => zoneId,
      availabilityZoneId: ({ zoneId }) => zoneId,
      "cidr-block": ({ cidr }) => cidr,
      "default-for-az": () => "true",
      defaultForAz: () => "true",
      "map-public-ip-on-launch": () => "true",
      "owner-id": () => ec2.accountId,
      state: () => "available",
      "subnet-id": ({ subnetId }) => subnetId,
      "vpc-id": () => vpcId,
    },
    ({ subnetId }) => tagsOf(ec2, subnetId),
  );
  stopIfDryRun(input);
  return {
    Subnets: found.map((subnet) => ({
      SubnetId: subnet.subnetId,
      SubnetArn: `arn:aws:ec2:${ec2.region}:${ec2.accountId}:subnet/${subnet.subnetId}`,
      VpcId: vpcId,
      AvailabilityZone: subnet.zone,
      AvailabilityZoneId: subnet.zoneId,
      CidrBlock: subnet.cidr,
      AvailableIpAddressCount:
        4_091 -
        ec2.instances
          .all()
          .filter(({ subnetId, state }) => subnetId === subnet.subnetId && state !== "terminated")
          .length,
      DefaultForAz: true,
      MapPublicIpOnLaunch: true,
      State: "available",
      OwnerId: ec2.accountId,
      Tags: toSdkTags(tagsOf(ec2, subnet.subnetId)),
    })),
  };
}

export function describeSecurityGroups(
  ec2: Ec2,
  input: DescribeSecurityGroupsRequest,
): DescribeSecurityGroupsResult {
  const { vpcId, securityGroupId } = networkOf(ec2);
  for (const id of input.GroupIds ?? []) requireSecurityGroup(ec2, id);
  for (const name of input.GroupNames ?? []) {
    if (name !== "default")
      throw new ApiError("InvalidGroup.NotFound", `The security group '${name}' does not exist`);
  }
  const found = applyFilters(
    [securityGroupId],
    input.Filters,
    {
      description: () => "default VPC security group",
      "group-id": (id) => id,
      "group-name": () => "default",
      "owner-id": () => ec2.accountId,
      "vpc-id": () => vpcId,
    },
    (id) => tagsOf(ec2, id),
  );
  stopIfDryRun(input);
  return {
    SecurityGroups: found.map((id) => ({
      GroupId: id,
      GroupName: "default",
      Description: "default VPC security group",
      VpcId: vpcId,
      OwnerId: ec2.accountId,
      IpPermissions: [
        { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: id, UserId: ec2.accountId }] },
      ],
      IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      Tags: toSdkTags(tagsOf(ec2, id)),
    })),
  };
}

/** The main route table of a default VPC: local, and everything else to the internet gateway. */
export function describeRouteTables(
  ec2: Ec2,
  input: DescribeRouteTablesRequest,
): DescribeRouteTablesResult {
  const { vpcId, routeTableId, gatewayId } = networkOf(ec2);
  for (const id of input.RouteTableIds ?? []) {
    if (id !== routeTableId)
      throw new ApiError(
        "InvalidRouteTableID.NotFound",
        `The routeTable ID '${id}' does not exist`,
      );
  }
  const found = applyFilters(
    [routeTableId],
    input.Filters,
    {
      "association.main": () => "true",
      "association.route-table-id": (id) => id,
      "association.subnet-id": () => [],
      "owner-id": () => ec2.accountId,
      "route-table-id": (id) => id,
      "route.destination-cidr-block": () => [vpcCidr, "0.0.0.0/0"],
      "route.gateway-id": () => ["local", gatewayId],
      "vpc-id": () => vpcId,
    },
    (id) => tagsOf(ec2, id),
  );
  stopIfDryRun(input);
  return {
    RouteTables: found.map((id) => ({
      RouteTableId: id,
      VpcId: vpcId,
      OwnerId: ec2.accountId,
      Associations: [{ Main: true, RouteTableId: id, AssociationState: { State: "associated" } }],
      Routes: [
        {
          DestinationCidrBlock: vpcCidr,
          GatewayId: "local",
          State: "active",
          Origin: "CreateRouteTable",
        },
        {
          DestinationCidrBlock: "0.0.0.0/0",
          GatewayId: gatewayId,
          State: "active",
          Origin: "CreateRoute",
        },
      ],
      Tags: toSdkTags(tagsOf(ec2, id)),
    })),
  };
}

/** A default VPC has none. */
export function describeVpcEndpoints(
  ec2: Ec2,
  input: DescribeVpcEndpointsRequest,
): DescribeVpcEndpointsResult {
  const id = input.VpcEndpointIds?.[0];
  if (id !== undefined)
    throw new ApiError(
      "InvalidVpcEndpointId.NotFound",
      `The Vpc Endpoint Id '${id}' does not exist`,
    );
  applyFilters(
    [],
    input.Filters,
    {
      "service-name": () => undefined,
      "vpc-id": () => undefined,
      "vpc-endpoint-id": () => undefined,
      "vpc-endpoint-state": () => undefined,
      "vpc-endpoint-type": () => undefined,
    },
    () => ({}),
  );
  stopIfDryRun(input);
  return { VpcEndpoints: [] };
}
