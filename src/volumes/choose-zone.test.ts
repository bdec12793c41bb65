import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleVolume } from "../../test/support/example-volume.ts";
import { chooseZone } from "./choose-zone.ts";

const among = ["us-east-1a", "us-east-1b"];
const inB = exampleVolume({ zone: "us-east-1b" });

test("a zone that is asked for wins", () => {
  const { zone } = chooseZone({ wanted: "us-east-1a", owned: [inB], among });
  assert.equal(zone, "us-east-1a");
});

test("without one, new volumes go where the user's volumes are", () => {
  const choice = chooseZone({ wanted: undefined, owned: [inB, inB], among });
  assert.deepEqual(choice, { zone: "us-east-1b", reason: "where your volumes are" });
});

test("volumes in two zones decide nothing: it is the region's first", () => {
  const inA = exampleVolume({ zone: "us-east-1a" });
  const choice = chooseZone({ wanted: undefined, owned: [inB, inA], among });
  assert.deepEqual(choice, { zone: "us-east-1a", reason: "the first of the region" });
});

test("a zone of volumes that takes nothing new is passed over", () => {
  const owned = [exampleVolume({ zone: "us-east-1e" })];
  assert.equal(chooseZone({ wanted: undefined, owned, among }).zone, "us-east-1a");
});

test("an unknown zone is refused with those that there are", () => {
  assert.throws(() => chooseZone({ wanted: "eu-west-1a", owned: [], among }), {
    code: "NOT_FOUND",
    message: "zone 'eu-west-1a' is not one of us-east-1a, us-east-1b",
  });
});
