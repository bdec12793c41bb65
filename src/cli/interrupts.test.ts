import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

const work = `
  const { listenForInterrupts } = await import(process.argv[1]);
  const say = (line) => console.log(line);
  listenForInterrupts({ argv: ["aws", "list"], interruption: undefined, say });
  setInterval(() => undefined, 1_000);
  say("listening");
`;

test("a second Ctrl-C ends at once what the first could not end", async (t) => {
  const file = new URL("./interrupts.ts", import.meta.url).href;
  const child = spawn(process.execPath, ["--input-type=module", "-e", work, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const said = async () => String((await once(child.stdout, "data"))[0]);

  assert.equal(await said(), "listening\n");
  child.kill("SIGINT");
  assert.equal(await said(), "interrupted, stopping\n");
  child.kill("SIGINT");

  assert.deepEqual(await once(child, "exit"), [130, null]);
});
