import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { lastLineShower } from "./last-line.ts";

test("the console gets the last whole line, once, and never a long one whole", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runctl-log-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "command.log");
  const shown: string[] = [];
  const show = lastLineShower(file, { console: (text) => void shown.push(text) });

  await show();
  await appendFile(file, "step 1\nstep 2\nste");
  await show();
  await show();
  await appendFile(file, `p 3\n${"x".repeat(300)}\n`);
  await show();

  assert.deepEqual(shown, ["step 2", "x".repeat(200)]);
});
