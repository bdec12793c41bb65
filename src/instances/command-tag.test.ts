import assert from "node:assert/strict";
import { test } from "node:test";
import { shellLine } from "../shell-line.ts";
import { commandTag, readCommandTag } from "./command-tag.ts";

const commands = [
  ["python3", "train.py", "--lr=0.1", "--resume"],
  ["sh", "-c", 'cd /mnt/data && ls *.bin | wc -l; echo "it\'s $HOME" >log 2>&1'],
  ["echo", "user@host", "@41", "100%", "größe", "模型", "🚀", "a\nb"],
  ["echo", ""],
];

for (const command of commands) {
  test(`a command is read from its tag as it was typed: ${JSON.stringify(command)}`, () => {
    const value = commandTag(command);

    assert.match(value, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u);
    assert.equal(readCommandTag(value), shellLine(command));
  });
}

test("the tag of a plain command is the command", () => {
  const command = ["python3", "train.py", "--lr=0.1"];

  assert.equal(commandTag(command), command.join(" "));
});

test("a command that is too long for a tag is cut between two characters", () => {
  const value = commandTag(["echo", "é🚀".repeat(100)]);

  assert.ok(value.length <= 256);
  assert.match(readCommandTag(value), /^echo '(é🚀)+é?\.\.\.$/u);
});
