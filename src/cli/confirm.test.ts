import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { confirm } from "./confirm.ts";

function terminal(answer: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  let shown = "";
  output.on("data", (text: Buffer) => {
    shown += text.toString();
    if (shown.includes("[y/N]")) input.end(`${answer}\n`);
  });
  return { input, output, shown: () => shown, signal: new AbortController().signal };
}

test("a yes goes on, after showing what is at stake", async () => {
  const { shown, ...asker } = terminal("y");

  await confirm("delete it?", ["vol-1, 500 GiB"], { yes: false, ...asker });

  assert.match(shown(), /vol-1, 500 GiB\ndelete it\? \[y\/N\]|vol-1, 500 GiB[\s\S]*delete it\?/);
});

test("anything but a yes is a no", async () => {
  for (const answer of ["", "n", "yep", "Y E S"]) {
    const { shown: _, ...asker } = terminal(answer);
    await assert.rejects(confirm("delete it?", [], { yes: false, ...asker }), {
      code: "CONFIRMATION_NEEDED",
    });
  }
});

test("without a terminal nothing is asked and nothing is done", async () => {
  const { shown, ...asker } = terminal("y");
  const input = new PassThrough();

  await assert.rejects(confirm("delete it?", [], { yes: false, ...asker, input }), {
    code: "CONFIRMATION_NEEDED",
    hint: "add --yes to go ahead",
  });
  assert.equal(shown(), "");
});

test("Ctrl-C and Ctrl-D at the question end it, and nothing is done", async () => {
  for (const [key, code] of [
    ["\u0003", "INTERRUPTED"],
    ["\u0004", "CONFIRMATION_NEEDED"],
  ] as const) {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    output.on("data", (text: Buffer) => {
      if (text.toString().includes("[y/N]")) input.write(key);
    });
    const signal = new AbortController().signal;

    await assert.rejects(confirm("delete it?", [], { yes: false, input, output, signal }), {
      code,
    });
  }
});
