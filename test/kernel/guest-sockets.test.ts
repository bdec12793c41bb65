import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { skipReason as skip, until } from "./support/kernel-cloud.ts";

const program = fileURLToPath(new URL("support/dying-listener.ts", import.meta.url));

test(
  "what listens inside a machine for a server ends with it, however early that is killed",
  { skip },
  async () => {
    const server = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    let pids = "";
    server.stdout.setEncoding("utf8").on("data", (text: string) => (pids += text));
    const [, signal]: unknown[] = await once(server, "close");

    assert.equal(signal, "SIGKILL");
    const helper = Number(pids.trim());
    assert.ok(helper > 1, `no helper: '${pids}'`);
    // One that has ended and that nobody has waited for has no command line.
    await until("the helper is gone", () => commandLine(helper) === "");
  },
);

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
