import assert from "node:assert/strict";
import { test } from "node:test";
import { type FormatFacts, labelOf, mayFormat } from "./may-format.ts";

const volumeId = "vol-0123456789abcdef0";

const blank: FormatFacts = {
  volumeId,
  hasBlankTag: true,
  isCopy: false,
  multiAttach: false,
  attachmentCount: 1,
  holdsLease: false,
  contents: { kind: "blank" },
  isComplete: false,
  wanted: "ext4",
};

const ours = { kind: "file-system", type: "ext4", label: labelOf(volumeId, "ext4") } as const;
const foreign = { kind: "file-system", type: "ext4", label: "photos" } as const;

const table: readonly [string, Partial<FormatFacts>, string][] = [
  ["blank and tagged", {}, "format"],
  ["tagged, with our complete file system", { contents: ours, isComplete: true }, "keep"],
  ["tagged, with our half-made file system", { contents: ours }, "refuse"],
  ["tagged, with a foreign file system", { contents: foreign, isComplete: true }, "refuse"],
  [
    "tagged, with our label on another type",
    { contents: { ...ours, type: "xfs" }, isComplete: true },
    "refuse",
  ],
  ["tagged, with a signature", { contents: { kind: "signature", what: "swap space" } }, "refuse"],
  ["tagged, with unknown bytes", { contents: { kind: "data", offset: 4_096 } }, "refuse"],
  ["tagged, but made from a snapshot", { isCopy: true }, "refuse"],
  ["tagged, made from a snapshot, with our label", { isCopy: true, contents: ours }, "refuse"],
  ["multi-attach without the lease", { multiAttach: true }, "refuse"],
  ["multi-attach with the lease", { multiAttach: true, holdsLease: true }, "format"],
  [
    "multi-attach with the lease, attached twice",
    { multiAttach: true, holdsLease: true, attachmentCount: 2 },
    "refuse",
  ],
  ["blank without tag", { hasBlankTag: false }, "refuse"],
  ["a file system without tag", { hasBlankTag: false, contents: foreign }, "keep"],
  [
    "a file system that is not mounted here, without tag",
    { hasBlankTag: false, contents: { kind: "file-system", type: "vfat", label: "" } },
    "refuse",
  ],
  [
    "a signature without tag",
    { hasBlankTag: false, contents: { kind: "signature", what: "an LVM physical volume" } },
    "refuse",
  ],
];

for (const [name, facts, action] of table)
  test(`${name}: ${action}`, () => {
    assert.equal(mayFormat({ ...blank, ...facts }).action, action);
  });

test("the tag goes only where a format was interrupted after its end", () => {
  const interrupted = mayFormat({ ...blank, contents: ours, isComplete: true });
  const untagged = mayFormat({ ...blank, contents: ours, isComplete: true, hasBlankTag: false });

  assert.deepEqual(interrupted, { action: "keep", removeTag: true });
  assert.deepEqual(untagged, { action: "keep", removeTag: false });
});

test("a refusal says what was found and what to do", () => {
  const decision = mayFormat({ ...blank, contents: { kind: "signature", what: "swap space" } });

  assert.deepEqual(decision, {
    action: "refuse",
    why: `${volumeId} should be blank but holds swap space`,
    hint: `delete the volume and make it anew: 'runctl aws ebs delete ${volumeId}'`,
  });
});

test("a label fits into its file system: 16 characters for ext4, 12 for XFS", () => {
  assert.equal(labelOf(volumeId, "ext4"), "rc-456789abcdef0".slice(0, 3) + volumeId.slice(-12));
  assert.equal(labelOf(volumeId, "xfs").length, 12);
});
