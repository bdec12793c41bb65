import type { Filter } from "@aws-sdk/client-ec2";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { pages } from "./pages.ts";

export interface AwsSubnet {
  subnetId: string;
  vpcId: string;
  zone: string;
  freeAddresses: number;
  isDefaultForZone: boolean;
  /** To instances that do not say what they want. */
  givesPublicAddresses: boolean;
}

export async function describeSubnets(
  aws: Aws,
  query: { subnetId: string } | { filters: readonly Filter[] },
): Promise<AwsSubnet[]> {
  const { DescribeSubnetsCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const found: AwsSubnet[] = [];
  const all = pages((next) =>
    call("ec2:DescribeSubnets", () =>
      client.send(
        new DescribeSubnetsCommand({
          ...("subnetId" in query
            ? { SubnetIds: [query.subnetId] }
            : { Filters: [...query.filters] }),
          ...next,
        }),
      ),
    ),
  );
  for await (const page of all) {
    for (const subnet of page.Subnets ?? [])
      found.push({
        subnetId: subnet.SubnetId ?? "",
        vpcId: subnet.VpcId ?? "",
        zone: subnet.AvailabilityZone ?? "",
        freeAddresses: subnet.AvailableIpAddressCount ?? 0,
        isDefaultForZone: subnet.DefaultForAz ?? false,
        givesPublicAddresses: subnet.MapPublicIpOnLaunch ?? false,
      });
  }
  return found;
}
