import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runAdvise } from "./support/run-advise.ts";

const path = join(import.meta.dirname, "../docs/cost.md");
const example = /```sh\nrunctl cost advise ([^\n]+)\n```\n\n```text\n([^]*?)```/g;

// RUNCTL_UPDATE_DOCS=1 writes what the commands print now into the page.
test("the examples of docs/cost.md are what their commands print", async () => {
  const page = readFileSync(path, "utf8");
  const examples = [...page.matchAll(example)];
  assert.equal(examples.length, 3);
  let updated = page;
  for (const [block, flags = "", shown = ""] of examples) {
    const { text } = await runAdvise(flags);
    const printed = `${text}\n`;
    if (process.env["RUNCTL_UPDATE_DOCS"] === "1")
      updated = updated.replace(block, () =>
        block.replace(`\`\`\`text\n${shown}`, () => `\`\`\`text\n${printed}`),
      );
    else assert.equal(shown, printed, flags);
  }
  if (updated !== page) writeFileSync(path, updated);
});
