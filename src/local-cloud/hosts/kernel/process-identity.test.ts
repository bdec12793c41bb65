import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isRunning, readIdentity, sendSignal } from "./process-identity.ts";

const skip = process.platform === "linux" ? false : "reads /proc";

test("a process is known by its number and its start", { skip }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "runctl-process-"));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, "runner");
  // Field 22 by the shell itself, as the scripts of the machines do it.
  const script =
    'read -r stat </proc/self/stat; set -- $stat; echo "$1 ${22}" >"$0"; echo; read -r end';
  const child = spawn("sh", ["-c", script, file], { stdio: ["pipe", "pipe", "ignore"] });
  await once(child.stdout, "data");

  const identity = readIdentity(file)!;
  assert.equal(identity.pid, child.pid);
  assert.ok(isRunning(identity));
  assert.ok(!isRunning({ ...identity, startTime: "1" }));
  assert.ok(!sendSignal({ ...identity, startTime: "1" }, "SIGKILL"));
  assert.ok(sendSignal(identity, "SIGKILL"));
  await once(child, "exit");
  assert.ok(!isRunning(identity));

  await writeFile(file, "123 45");
  assert.equal(readIdentity(file), undefined);
});
