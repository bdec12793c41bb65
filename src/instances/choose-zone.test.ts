import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleVolume } from "../../test/support/example-volume.ts";
import { tagKeys } from "../tags.ts";
import { chooseZone, typesInZone, type ZoneFacts } from "./choose-zone.ts";

const everywhere = new Map([["c5.2xlarge", new Set(["us-east-1b", "us-east-1a"])]]);

function zoneFacts(members: Partial<ZoneFacts>): ZoneFacts {
  return {
    wanted: undefined,
    subnet: undefined,
    mounts: [],
    ownedZones: new Set(),
    offered: everywhere,
    ...members,
  };
}

function mountIn(zone: string, volumeId: `vol-${string}` = "vol-0123456789abcdef0") {
  return { volume: exampleVolume({ zone, volumeId }), mount: "/mnt/data", readOnly: false };
}

const subnet = { subnetId: "subnet-1", zone: "us-east-1d" };

for (const [what, members, zone, reason] of [
  ["what was asked for", { wanted: "us-east-1c" }, "us-east-1c", "as asked"],
  ["the subnet", { subnet }, "us-east-1d", "of subnet-1"],
  [
    "the volumes",
    { mounts: [mountIn("us-east-1f")] },
    "us-east-1f",
    "where vol-0123456789abcdef0 is",
  ],
  [
    "the only zone of the user's volumes",
    { ownedZones: new Set(["us-east-1e"]) },
    "us-east-1e",
    "where your volumes are",
  ],
  ["nothing", {}, "us-east-1a", "the first that offers c5.2xlarge"],
  [
    "volumes in several zones",
    { ownedZones: new Set(["us-east-1e", "us-east-1f"]) },
    "us-east-1a",
    "the first that offers c5.2xlarge",
  ],
] as const) {
  test(`the zone is decided by ${what}`, () => {
    assert.deepEqual(chooseZone(zoneFacts(members)), { zone, reason });
  });
}

test("volumes in two zones are a conflict that names both and how to move one", () => {
  const mounts = [mountIn("us-east-1a", "vol-0000aaaa"), mountIn("us-east-1b", "vol-0000bbbb")];

  assert.throws(() => chooseZone(zoneFacts({ mounts })), {
    code: "CONFLICT",
    message: "vol-0000aaaa is in us-east-1a, but vol-0000bbbb is in us-east-1b",
    hint: /create-volume --snapshot-id snap-… --availability-zone us-east-1a$/,
  });

  const warm = {
    ...mounts[1]!.volume,
    tags: { Name: "digits", [tagKeys.source]: "s3://b/digits/" },
  };
  assert.throws(
    () => chooseZone(zoneFacts({ mounts: [mounts[0]!, { ...mounts[1]!, volume: warm }] })),
    {
      message: "vol-0000aaaa is in us-east-1a, but digits (vol-0000bbbb) is in us-east-1b",
      hint: /^fill one there: runctl aws ebs create .* --availability-zone us-east-1a --pre-warm s3:/,
    },
  );
});

test("a volume elsewhere than asked for is a conflict", () => {
  const facts = zoneFacts({ wanted: "us-east-1b", mounts: [mountIn("us-east-1a")] });

  assert.throws(() => chooseZone(facts), { code: "CONFLICT", message: /us-east-1a.*us-east-1b/ });
});

test("a subnet elsewhere than the volume is a conflict", () => {
  const facts = zoneFacts({ subnet, mounts: [mountIn("us-east-1a")] });

  assert.throws(() => chooseZone(facts), { code: "CONFLICT", message: /us-east-1a.*us-east-1d/ });
});

test("types that the zone does not offer are left out; none at all is a conflict", () => {
  const offered = new Map([
    ["p5.48xlarge", new Set(["us-east-1b"])],
    ["c5.2xlarge", new Set(["us-east-1a", "us-east-1b"])],
  ]);

  assert.deepEqual(typesInZone("us-east-1a", offered), ["c5.2xlarge"]);
  assert.throws(() => typesInZone("us-east-1z", offered), {
    code: "CONFLICT",
    hint: "offered in us-east-1a, us-east-1b",
  });
});
