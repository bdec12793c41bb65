import assert from "node:assert/strict";
import { test } from "node:test";
import type { AwsInstanceType } from "../aws/instance-types.ts";
import { checkInstanceTypes } from "./check-instance-types.ts";

function type(members: Partial<AwsInstanceType>): AwsInstanceType {
  return {
    name: "c5.2xlarge",
    vcpus: 8,
    architectures: ["x86_64"],
    hypervisor: "nitro",
    bareMetal: false,
    hasGpu: false,
    usageClasses: ["on-demand", "spot"],
    ebsBaselineMiBps: 274,
    ebsBurstMiBps: 566,
    networkBaselineMiBps: 298,
    ...members,
  };
}

const graviton = type({ name: "c7g.2xlarge", architectures: ["arm64"] });
const metal = type({ name: "c5.metal", hypervisor: undefined, bareMetal: true });

test("types of one architecture go together, bare metal too", () => {
  assert.deepEqual(checkInstanceTypes([type({}), metal], { spot: true }), {
    architecture: "x86_64",
    hasGpu: false,
  });
  assert.equal(checkInstanceTypes([graviton], { spot: false }).architecture, "arm64");
});

for (const [what, types, spot, message] of [
  [
    "a Xen type",
    [type({ name: "m4.large", hypervisor: "xen" })],
    false,
    /m4\.large is not a Nitro/,
  ],
  [
    "mixed architectures",
    [type({}), graviton],
    false,
    /c5\.2xlarge is x86_64.*c7g\.2xlarge is arm64/,
  ],
  ["mixed GPUs", [type({}), type({ name: "g5.xlarge", hasGpu: true })], false, /has GPUs/],
  [
    "no spot",
    [type({ name: "u-1", usageClasses: ["on-demand"] })],
    true,
    /u-1 is not sold as spot/,
  ],
  ["a Mac", [type({ name: "mac1.metal", architectures: ["x86_64_mac"] })], false, /neither/],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => checkInstanceTypes(types, { spot }), { code: "USAGE", message });
  });
}
