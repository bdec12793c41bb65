import assert from "node:assert/strict";
import { test } from "node:test";
import { type Branch, notYet } from "./commands/tree.ts";
import { findCommand } from "./find-command.ts";

const load = () => Promise.reject(new Error("not loaded in this test"));
const root: Branch = {
  summary: "",
  words: {
    aws: {
      summary: "",
      words: {
        list: { summary: "", load },
        snapshot: { summary: "", load, words: { list: { summary: "", load } } },
        create: { summary: "", load },
        modify: notYet("", "aws ec2 modify-volume"),
      },
    },
    s3: { summary: "", words: { upload: { summary: "", load }, download: { summary: "", load } } },
  },
};

test("words lead to a command, and what follows is left for it", () => {
  const found = findCommand(root, ["aws", "create", "--size", "5", "name"]);

  assert.deepEqual(found.path, ["aws", "create"]);
  assert.deepEqual(found.words, ["--size", "5", "name"]);
});

test("a word may be a command and have words below it", () => {
  assert.deepEqual(findCommand(root, ["aws", "snapshot", "list"]).path, [
    "aws",
    "snapshot",
    "list",
  ]);
  assert.deepEqual(findCommand(root, ["aws", "snapshot", "vol-1"]).words, ["vol-1"]);
});

test("global options stand before, between and after the words", () => {
  const lines = [
    ["--region", "eu-west-1", "--yes", "aws", "create", "x"],
    ["aws", "--region=eu-west-1", "create", "--yes", "x"],
    ["aws", "create", "x", "--yes", "--region", "eu-west-1"],
  ];
  for (const line of lines) {
    const found = findCommand(root, line);
    assert.deepEqual(found.path, ["aws", "create"]);
    assert.deepEqual(found.words, ["x"]);
    assert.deepEqual(found.globals, { region: "eu-west-1", yes: true });
  }
});

test("what stands after -- belongs to the command that will run, global options too", () => {
  const found = findCommand(root, ["aws", "create", "--", "train", "--yes", "--help"]);

  assert.deepEqual(found.afterDashes, ["train", "--yes", "--help"]);
  assert.deepEqual(found.globals, {});
  assert.equal(found.helpWanted, false);
});

test("an unknown word is refused with the nearest one", () => {
  assert.throws(() => findCommand(root, ["aws", "creat"]), {
    code: "USAGE",
    hint: "did you mean 'runctl aws create'?",
  });
  assert.throws(() => findCommand(root, ["--bogus"]), { code: "USAGE", message: /--bogus/ });
});

test("a word of other programs leads to ours, where there is one", () => {
  assert.throws(() => findCommand(root, ["aws", "ls"]), {
    code: "USAGE",
    hint: "did you mean 'runctl aws list'?",
  });
  assert.throws(() => findCommand(root, ["aws", "rm"]), {
    code: "USAGE",
    hint: "see runctl aws --help",
  });
  assert.throws(() => findCommand(root, ["s3", "sync", "a", "s3://b/"]), {
    code: "USAGE",
    hint: "did you mean 'runctl s3 upload' or 'runctl s3 download'?",
  });
});

test("a word that is further down leads there", () => {
  assert.throws(() => findCommand(root, ["upload"]), {
    code: "USAGE",
    hint: "did you mean 'runctl s3 upload'?",
  });
  assert.throws(() => findCommand(root, ["-v"]), { hint: "did you mean --version?" });
});

test("a word that is still to come is refused, and says what does it until then", () => {
  assert.throws(() => findCommand(root, ["aws", "modify", "vol-1"]), {
    code: "NOT_YET",
    hint: "until then: aws ec2 modify-volume",
  });
});

test("a global option without its value, or a switch with one, is refused", () => {
  assert.throws(() => findCommand(root, ["aws", "--region"]), { code: "USAGE" });
  assert.throws(() => findCommand(root, ["aws", "--yes=no"]), { code: "USAGE" });
});
