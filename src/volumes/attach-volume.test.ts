import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleInstance, exampleVolume } from "../../test/support/example-volume.ts";
import { attachVolume, planAttachment } from "./attach-volume.ts";
import { runBareInstance } from "../../test/support/bare-instance.ts";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { ownedVolume } from "../../test/support/ready-account.ts";
import { connect } from "../aws/connect.ts";
import { putTags } from "../aws/tags.ts";
import { findVolumeById } from "../aws/volumes.ts";
import { tagKeys } from "../tags.ts";

const instance = exampleInstance();
const { instanceId } = instance;
const attachment = {
  instanceId,
  device: "/dev/sdf",
  state: "attached",
  deleteOnTermination: false,
};
const elsewhere = { ...attachment, instanceId: "i-0fedcba9876543210" };

test("a free volume is attached under the first free name", () => {
  const busy = exampleInstance({
    volumes: [
      { volumeId: "vol-0fedcba9876543210", device: "/dev/xvdf", deleteOnTermination: false },
    ],
  });
  assert.equal(planAttachment(exampleVolume(), instance).device, "/dev/sdf");
  assert.equal(planAttachment(exampleVolume(), busy).device, "/dev/sdg");
});

test("what is attached there already is kept, under either spelling of its name", () => {
  const volume = exampleVolume({ attachments: [attachment] });
  for (const device of [undefined, "/dev/sdf", "/dev/xvdf"])
    assert.equal(planAttachment(volume, instance, device).action, "keep");
});

test("an attachment that an earlier run asked for is waited for, not asked for again", () => {
  const volume = exampleVolume({ attachments: [{ ...attachment, state: "attaching" }] });
  assert.equal(planAttachment(volume, instance).action, "keep");
});

test("a shared volume may be attached to a second instance", () => {
  const volume = exampleVolume({ type: "io2", multiAttach: true, attachments: [elsewhere] });
  assert.equal(planAttachment(volume, instance).action, "attach");
});

const conflicts: [string, Parameters<typeof planAttachment>, RegExp][] = [
  [
    "another zone",
    [exampleVolume({ zone: "us-east-1b" }), instance],
    /is in us-east-1b, i-0123456789abcdef0 in us-east-1a/,
  ],
  [
    "another instance",
    [exampleVolume({ attachments: [elsewhere] }), instance],
    /is attached to i-0fedcba9876543210/,
  ],
  [
    "another name on this instance",
    [exampleVolume({ attachments: [attachment] }), instance, "/dev/sdg"],
    /as \/dev\/sdf, not as \/dev\/sdg/,
  ],
  [
    "a detachment under way",
    [exampleVolume({ attachments: [{ ...attachment, state: "busy" }] }), instance],
    /is busy to i-0123456789abcdef0/,
  ],
  ["a broken volume", [exampleVolume({ state: "error" }), instance], /is in the state error/],
  [
    "an instance that has ended",
    [exampleVolume(), exampleInstance({ state: "terminated" })],
    /is terminated/,
  ],
  [
    "a name that another volume has",
    [
      exampleVolume(),
      exampleInstance({
        volumes: [{ volumeId: "vol-0a", device: "/dev/sdf", deleteOnTermination: false }],
      }),
      "/dev/xvdf",
    ],
    /has vol-0a as \/dev\/sdf/,
  ],
];

for (const [name, args, message] of conflicts) {
  test(`${name} is a conflict that names both sides`, () => {
    assert.throws(() => planAttachment(...args), { code: "CONFLICT", message });
  });
}

test("a volume that is attached by hand is not called warm any more", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  const { volumeId, zone } = await ownedVolume(aws, { name: "datasets" });
  await putTags(aws, volumeId, { [tagKeys.manifest]: "0123" });
  const there = await runBareInstance(aws, { zone });
  const warm = await findVolumeById(aws, volumeId);
  assert.ok(warm && tagKeys.manifest in warm.tags);

  const { volume } = await attachVolume(aws, planAttachment(warm, there), {
    report: () => undefined,
  });

  assert.ok(!(tagKeys.manifest in volume.tags));
});
