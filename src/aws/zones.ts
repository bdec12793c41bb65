import { call } from "./call.ts";
import type { Aws } from "./connect.ts";

/** An availability zone that takes new resources. */
export interface Zone {
  /** Such as `us-east-1a`: means another place in another account. */
  name: string;
  /** Such as `use1-az1`: the same place in every account. */
  id: string;
}

/** The region's availability zones in which this account may make something, by name. Local and Wavelength zones are left out. */
export async function describeZones(aws: Aws): Promise<Zone[]> {
  const { DescribeAvailabilityZonesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const answer = await call("ec2:DescribeAvailabilityZones", () =>
    client.send(
      new DescribeAvailabilityZonesCommand({
        Filters: [
          { Name: "zone-type", Values: ["availability-zone"] },
          { Name: "state", Values: ["available"] },
        ],
      }),
    ),
  );
  return (answer.AvailabilityZones ?? [])
    .map((zone) => ({ name: zone.ZoneName ?? "", id: zone.ZoneId ?? "" }))
    .toSorted((left, right) => left.name.localeCompare(right.name));
}
