import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const runctl = join(dirname(fileURLToPath(import.meta.url)), "../bin/runctl.mjs");

/** Installs what the local cloud's kernel backend lacks, where this user may; says what will be skipped elsewhere. */
export function ensureLocalCloud(): void {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    process.stderr.write("tests that boot instances are skipped: they need root on Linux\n");
    return;
  }
  const doctor = spawnSync(process.execPath, [runctl, "local", "doctor", "--fix"], {
    stdio: ["ignore", 2, 2],
  });
  if (doctor.status !== 0) process.stderr.write("`runctl local doctor --fix` did not succeed\n");
}
