// `npm run bench [NAME]...`: runs the benchmarks of bench/ one after the other; each prints one JSON object.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const benchmarks = ["cli-start", "cost-advise", "launch", "s3-server", "simulation"];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benchmarks.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(" ")}; there are ${benchmarks.join(", ")}\n`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : benchmarks) {
  const file = join(import.meta.dirname, "../bench", `${name}.ts`);
  const { status } = spawnSync(process.execPath, [file], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
