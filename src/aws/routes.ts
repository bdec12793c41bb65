import type { RouteTableAssociation } from "@aws-sdk/client-ec2";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import type { AwsSubnet } from "./subnets.ts";

export interface AwsRoute {
  /** CIDR block, or id of a prefix list. */
  destination: string;
  /** `local`, or an id such as `igw-…` `nat-…` `vpce-…`. */
  target: string;
  /** False for a black hole: what it led to is gone. */
  isActive: boolean;
}

export interface AwsEndpoint {
  /** Such as `com.amazonaws.us-east-1.s3`. */
  service: string;
  type: string;
  /** The service's usual name leads to it. */
  hasPrivateDns: boolean;
}

/** The routes of the subnet's own table, else of the VPC's main one ("Route table concepts", VPC user guide). */
export async function routesOf(aws: Aws, subnet: AwsSubnet): Promise<AwsRoute[]> {
  const { DescribeRouteTablesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const { RouteTables: tables = [] } = await call("ec2:DescribeRouteTables", () =>
    client.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [subnet.vpcId] }] }),
    ),
  );
  const associatedBy = (matches: (one: RouteTableAssociation) => boolean) =>
    tables.find((one) => one.Associations?.some(matches));
  const table =
    associatedBy(({ SubnetId }) => SubnetId === subnet.subnetId) ??
    associatedBy(({ Main }) => Main === true);
  return (table?.Routes ?? []).map((route) => ({
    destination: route.DestinationCidrBlock ?? route.DestinationPrefixListId ?? "",
    target:
      route.GatewayId ??
      route.NatGatewayId ??
      route.TransitGatewayId ??
      route.VpcPeeringConnectionId ??
      route.NetworkInterfaceId ??
      route.InstanceId ??
      "other",
    isActive: route.State === "active",
  }));
}

/** The VPC's own ways to services, those that are ready. */
export async function endpointsOf(aws: Aws, vpcId: string): Promise<AwsEndpoint[]> {
  const { DescribeVpcEndpointsCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const { VpcEndpoints: endpoints = [] } = await call("ec2:DescribeVpcEndpoints", () =>
    client.send(
      new DescribeVpcEndpointsCommand({
        Filters: [
          { Name: "vpc-id", Values: [vpcId] },
          { Name: "vpc-endpoint-state", Values: ["available"] },
        ],
      }),
    ),
  );
  return endpoints.map((endpoint) => ({
    service: endpoint.ServiceName ?? "",
    type: endpoint.VpcEndpointType ?? "",
    hasPrivateDns: endpoint.PrivateDnsEnabled ?? false,
  }));
}
