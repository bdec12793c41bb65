import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

const agent = `
  const [module, folder] = process.argv.slice(1);
  const { startHangGuard } = await import(module);
  const options = { heartbeat: folder + "/heartbeat", hangs: folder + "/hangs", hungAfterSeconds: 0.3 };
  startHangGuard(options, new AbortController().signal);
  setInterval(() => undefined, 1_000);
  console.log("guarded");
`;

test("an agent that hangs is killed, and one that does not is left alone", async (t) => {
  const { child, folder } = await guardedAgent(t);
  const ended = once(child, "exit");

  await untilBeats(folder, 12);
  assert.equal(child.exitCode, null);
  child.kill("SIGSTOP");

  assert.deepEqual(await ended, [null, "SIGKILL"]);
  assert.equal(await readFile(join(folder, "hangs"), "utf8"), "hang\n");
  await assert.rejects(readFile(join(folder, "off")), { code: "ENOENT" });
});

test("the machine is switched off when its agent hangs for the fifth time in a row", async (t) => {
  const { child, folder } = await guardedAgent(t);
  const ended = once(child, "exit");
  await writeFile(join(folder, "hangs"), "hang\n".repeat(4));

  child.kill("SIGSTOP");

  await ended;
  assert.equal(await readFile(join(folder, "off"), "utf8"), "off\n");
});

async function guardedAgent(t: TestContext): Promise<{ child: ChildProcess; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "runctl-guard-"));
  // The guard's console may be that of the computer: it is no file that a test could read.
  await writeFile(join(folder, "poweroff"), `#!/bin/sh\necho off >${folder}/off\n`);
  await chmod(join(folder, "poweroff"), 0o755);
  const module = new URL("./hang-guard.ts", import.meta.url).href;
  const child = spawn(process.execPath, ["--input-type=module", "-e", agent, module, folder], {
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(async () => {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  await once(child.stdout, "data");
  return { child, folder };
}

async function untilBeats(folder: string, count: number): Promise<void> {
  const beats = async () =>
    Number((await readFile(join(folder, "heartbeat"), "utf8")).split(" ")[1]);
  while (!((await beats()) >= count)) await delay(20);
}
