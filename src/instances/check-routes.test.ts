import assert from "node:assert/strict";
import { test } from "node:test";
import type { AwsEndpoint, AwsRoute } from "../aws/routes.ts";
import { describeSubnets } from "../aws/subnets.ts";
import { readyAccount } from "../../test/support/ready-account.ts";
import { describeNoWay, warnOfRoutes } from "./check-routes.ts";

const local: AwsRoute = { destination: "10.0.0.0/16", target: "local", isActive: true };
const to = (target: string, isActive = true): AwsRoute => ({
  destination: "0.0.0.0/0",
  target,
  isActive,
});
const gateway = (service: string): AwsEndpoint => ({
  service: `com.amazonaws.us-east-1.${service}`,
  type: "Gateway",
  hasPrivateDns: false,
});
const interfaceTo = (service: string): AwsEndpoint => ({
  service: `com.amazonaws.us-east-1.${service}`,
  type: "Interface",
  hasPrivateDns: true,
});
const s3List: AwsRoute = { destination: "pl-63a5400a", target: "vpce-1", isActive: true };

type Case = [
  what: string,
  isPublic: boolean,
  AwsRoute[],
  AwsEndpoint[],
  warning: RegExp | undefined,
];

const cases: Case[] = [
  ["a public subnet", true, [local, to("igw-1")], [], undefined],
  ["a private one behind NAT", false, [local, to("nat-1")], [], undefined],
  ["one behind a transit gateway", false, [local, to("tgw-1")], [], undefined],
  [
    "one that only its VPC's endpoints serve",
    false,
    [local, s3List],
    [gateway("s3"), interfaceTo("ec2")],
    undefined,
  ],
  [
    "one with a way into a network that may have endpoints",
    false,
    [local, { destination: "10.0.0.0/8", target: "tgw-1", isActive: true }],
    [],
    undefined,
  ],
  [
    "one without addresses for its gateway",
    false,
    [local, to("igw-1")],
    [],
    /reach s3 and ec2.*public/,
  ],
  ["one whose NAT is gone", false, [local, to("nat-1", false)], [], /no default route/],
  ["one with an endpoint for S3 alone", false, [local, s3List], [gateway("s3")], /reach ec2 and/],
  [
    "one whose table leads to no endpoint",
    false,
    [local],
    [gateway("s3"), interfaceTo("ec2")],
    /reach s3 and/,
  ],
];
for (const [what, givesPublicAddresses, routes, endpoints, warning] of cases) {
  test(`a way to AWS: ${what} is ${warning ? "warned of" : "left alone"}`, () => {
    const subnet = { subnetId: "subnet-1", vpcId: "vpc-1", givesPublicAddresses };
    const said = describeNoWay({ subnet, routes, endpoints }, "us-east-1");

    if (warning) assert.match(said ?? "", warning);
    else assert.equal(said, undefined);
  });
}

test("the subnets of a default VPC are not warned of", async (t) => {
  const { aws } = await readyAccount(t);

  for (const subnet of await describeSubnets(aws, { filters: [] }))
    assert.equal(await warnOfRoutes(aws, subnet), undefined);
});
