import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleInstance, exampleVolume } from "../../test/support/example-volume.ts";
import type { VolumeId } from "../aws/volumes.ts";
import { tagKeys } from "../tags.ts";
import { checkMountPoints, checkVolumesAreFree } from "./check-mounts.ts";
import { mountTags } from "./mount-tags.ts";

const volumeId = "vol-0123456789abcdef0";
const owned = { [tagKeys.managed]: "true", [tagKeys.access]: "true" };
const attached = [{ volumeId, device: "/dev/sdf", deleteOnTermination: false }];

function wanted(members: { multiAttach?: boolean; readOnly?: boolean; mount?: string } = {}) {
  const { multiAttach = false, readOnly = false, mount = "/mnt/data" } = members;
  return { volume: exampleVolume({ multiAttach, tags: owned }), mount, readOnly };
}

const claims = (readOnly: boolean) => mountTags([{ volumeId, mount: "/mnt/data", readOnly }]);

test("two volumes on one mount are refused", () => {
  const other = { ...wanted(), volume: exampleVolume({ volumeId: "vol-0000bbbb" }) };

  assert.throws(() => checkMountPoints([wanted(), other]), {
    code: "USAGE",
    message: /\/mnt\/data/,
  });
});

const at = (id: VolumeId, mount: string) => ({
  ...wanted({ mount }),
  volume: exampleVolume({ volumeId: id }),
});

test("a volume below another's mount is refused, in either order", () => {
  const outer = at("vol-0000aaaa", "/mnt/data");
  const inner = at("vol-0000bbbb", "/mnt/data/checkpoints");

  for (const both of [
    [outer, inner],
    [inner, outer],
  ])
    assert.throws(() => checkMountPoints(both), { code: "USAGE", message: /one hides the other/ });
  checkMountPoints([outer, at("vol-0000bbbb", "/mnt/data-2")]);
});

test("one volume at two mounts is refused", () => {
  assert.throws(() => checkMountPoints([wanted(), wanted({ mount: "/mnt/b" })]), { code: "USAGE" });
});

test("a volume of the user's own is refused until instances may attach it", () => {
  const foreign = { ...wanted(), volume: exampleVolume({ tags: {} }) };

  assert.throws(() => checkVolumesAreFree([foreign], []), { code: "REFUSED" });
});

test("a volume that is going away is refused", () => {
  const leaving = { ...wanted(), volume: exampleVolume({ tags: owned, state: "deleting" }) };

  assert.throws(() => checkVolumesAreFree([leaving], []), { code: "CONFLICT" });
});

for (const [what, instance, isFree] of [
  ["attached to a running instance", exampleInstance({ volumes: attached }), false],
  ["promised to a booting one", exampleInstance({ tags: claims(false), state: "pending" }), false],
  [
    "still attached to one that shuts down",
    exampleInstance({ volumes: attached, state: "shutting-down" }),
    true,
  ],
  [
    "attached to one that was interrupted",
    exampleInstance({ volumes: attached, tags: { [tagKeys.state]: "interrupted" } }),
    true,
  ],
  [
    "let go by one whose command is over",
    exampleInstance({ tags: { ...claims(false), [tagKeys.state]: "done" } }),
    true,
  ],
  [
    "kept by one whose command is over",
    exampleInstance({ volumes: attached, tags: { [tagKeys.state]: "done" } }),
    false,
  ],
  [
    "named in the tags of a stopped one",
    exampleInstance({ tags: claims(false), state: "stopped" }),
    true,
  ],
] as const) {
  test(`a volume ${what} is ${isFree ? "free" : "a conflict"}`, () => {
    if (isFree) return checkVolumesAreFree([wanted()], [instance]);
    assert.throws(() => checkVolumesAreFree([wanted()], [instance]), {
      code: "CONFLICT",
      message: new RegExp(`${volumeId}.*i-0123`),
    });
  });
}

for (const [ours, theirs, isFree] of [
  [true, true, true],
  [true, false, false],
  [false, true, false],
] as const) {
  test(`multi-attach: ${ours ? "ro" : "rw"} beside ${theirs ? "ro" : "rw"} is ${isFree ? "allowed" : "refused"}`, () => {
    const other = exampleInstance({ volumes: attached, tags: claims(theirs) });
    const mounts = [wanted({ multiAttach: true, readOnly: ours })];
    if (isFree) checkVolumesAreFree(mounts, [other]);
    else assert.throws(() => checkVolumesAreFree(mounts, [other]), { code: "CONFLICT" });
  });
}
