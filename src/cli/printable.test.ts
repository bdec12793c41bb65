import assert from "node:assert/strict";
import { test } from "node:test";
import { RunctlError } from "../errors.ts";
import { dryRun, renderDryRun } from "./dry-run.ts";
import { renderOutcome } from "./commands/s3/transfer-outcome.ts";
import { inLines, quoted, quotedIfNeeded } from "./printable.ts";
import { describeError } from "./show-error.ts";

const hostile = "a\n\u001B[2J\u009B1m\u007F";

test("a name of others is shown without what steers a terminal", () => {
  assert.equal(quoted('é "x"'), '"é \\"x\\""');
  assert.equal(quoted(hostile), '"a\\n\\u001b[2J\\u009b1m\\u007f"');
  assert.equal(quotedIfNeeded("é x"), "é x");
  assert.equal(quotedIfNeeded(hostile), quoted(hostile));
  assert.equal(inLines("a\n\tb\r"), "a\n\tb\\u000d");
});

test("neither results, plans nor errors bring a name's control characters to the terminal", () => {
  const left = [{ name: hostile, reason: `s3://b/${hostile}: gone` }];
  const counts = { objects: 0, bytes: 0, moved: 0, movedBytes: 0, compared: 0, skipped: 0 };
  const more = { retries: 0, seconds: 0, from: "a", to: "b" };
  const error = new RunctlError("NOT_FOUND", hostile, { hint: hostile });
  const style = { json: false, color: false, debug: true };

  for (const text of [
    renderOutcome({ ...counts, ...more, refused: left, failed: left }),
    renderDryRun(dryRun([`delete ${hostile}`])),
    describeError(error, style).text,
  ]) {
    assert.doesNotMatch(text, /[^\P{Cc}\n]/u);
  }
  assert.equal(renderDryRun(dryRun([`delete ${hostile}`])).split("\n").length, 2);
});
