import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Command,
  defineCommand,
  optional,
  positional,
  repeated,
  required,
  restAfterDashes,
  toggle,
} from "./define-command.ts";
import { parseCommand } from "./parse-command.ts";
import { text, wholeNumber } from "./parsers.ts";

const create: Command = defineCommand({
  summary: "",
  examples: [],
  flags: {
    size: required(wholeNumber, "size in GiB"),
    mountPoint: optional(text, "where"),
    instanceType: repeated(text, "types"),
    spot: toggle("spot"),
  },
  positionals: { name: positional(text, "a name"), command: restAfterDashes("what to run") },
  aliases: { ebsMount: "mountPoint" },
  notYet: ["placementGroup"],
  run: () => Promise.resolve({}),
  render: () => "",
});

const parse = (words: string[], afterDashes?: string[]) =>
  parseCommand(create, { path: ["aws", "create"], words, afterDashes });

test("flags and words become values, wherever they stand", () => {
  const words = ["--instance-type", "a", "disk", "--size=5", "--instance-type", "b", "--spot"];

  assert.deepEqual(parse(words, ["python3", "--resume"]), {
    size: 5,
    mountPoint: undefined,
    instanceType: ["a", "b"],
    spot: true,
    name: "disk",
    command: ["python3", "--resume"],
  });
});

test("a switch that begins with no- is its own flag, beside the one without", () => {
  const interrupt: Command = defineCommand({
    summary: "",
    examples: [],
    flags: { notice: optional(text, "how long"), noNotice: toggle("at once") },
    positionals: {},
    run: () => Promise.resolve({}),
    render: () => "",
  });
  const read = (...words: string[]) =>
    parseCommand(interrupt, { path: ["local", "interrupt"], words, afterDashes: undefined });

  assert.deepEqual(read("--no-notice"), { notice: undefined, noNotice: true });
  assert.deepEqual(read("--notice", "30s"), { notice: "30s", noNotice: false });
});

test("an alias is the flag it stands for, and may not contradict it", () => {
  const { mountPoint } = parse(["x", "--size", "5", "--ebs-mount", "/mnt/a"]);

  assert.equal(mountPoint, "/mnt/a");
  assert.throws(
    () => parse(["x", "--size", "5", "--ebs-mount", "/mnt/a", "--mount-point", "/mnt/b"]),
    { code: "USAGE" },
  );
});

const refused: Array<[why: string, words: string[], message: RegExp]> = [
  ["a missing flag", ["x"], /--size is missing/],
  ["a missing word", ["--size", "5"], /name is missing/],
  ["a wrong value", ["x", "--size", "5G"], /--size: '5G' is not a whole number/],
  ["an unknown flag", ["x", "--size", "5", "--sizes", "6"], /--sizes/],
  ["a flag without its value", ["x", "--size"], /--size/],
  ["one word too many", ["x", "y", "--size", "5"], /unexpected 'y'/],
];
for (const [why, words, message] of refused) {
  test(`${why} is refused and named`, () => {
    assert.throws(() => parse(words), { code: "USAGE", message });
  });
}

test("a flag that is still to come is refused, never ignored", () => {
  for (const words of [["--placement-group", "x"], ["--placement-group=x"]]) {
    assert.throws(() => parse(["x", "--size", "5", ...words]), { code: "NOT_YET" });
  }
});

test("the end of a longer flag's name leads to that flag", () => {
  assert.throws(() => parse(["x", "--size", "5", "--type", "a"]), {
    message: "unknown flag '--type'",
    hint: "did you mean --instance-type?",
  });
});
