import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleInstance } from "../../test/support/example-volume.ts";
import { tagKeys } from "../tags.ts";
import { pickByName } from "./find-instance.ts";

function named(id: string, state: string, agentState: string) {
  const tags = { [tagKeys.managed]: "true", [tagKeys.name]: "train", [tagKeys.state]: agentState };
  return exampleInstance({ instanceId: `i-${id.repeat(17)}`, state, tags });
}

const ended = named("a", "terminated", "done");
const interrupted = named("b", "running", "interrupted");
const atWork = named("c", "running", "running");
const other = named("d", "running", "running");

test("a name is that of the instance at work, else of one that was interrupted, else of the newest that ended", () => {
  assert.equal(pickByName([ended, interrupted, atWork], "train"), atWork);
  assert.equal(pickByName([ended, interrupted], "train"), interrupted);
  assert.equal(pickByName([ended], "train"), ended);
});

test("a name of two instances at work is refused with both ids", () => {
  assert.throws(() => pickByName([atWork, other], "train"), {
    code: "AMBIGUOUS",
    message: new RegExp(`${atWork.instanceId}, ${other.instanceId}`),
  });
});

test("an unknown name is refused with the nearest", () => {
  assert.throws(() => pickByName([atWork], "trian"), {
    code: "NOT_FOUND",
    hint: "did you mean 'train'?",
  });
});
