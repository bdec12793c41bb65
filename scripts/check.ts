// `npm test`: everything that is checked, in order of cost. Ends with one line that counts the tests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureLocalCloud } from "./ensure-local-cloud.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name: string) => join(root, "node_modules/.bin", name);

interface Outcome {
  exitCode: number;
  output: string;
}

async function run(program: string, args: readonly string[]): Promise<Outcome> {
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
  }
  const [code]: unknown[] = await once(child, "close");
  return { exitCode: typeof code === "number" ? code : 1, output };
}

const steps: Array<[name: string, program: string, args: string[]]> = [
  ["format", bin("oxfmt"), ["--check"]],
  ["lint", bin("oxlint"), ["--type-aware", "--deny-warnings"]],
  ["types", bin("tsc"), []],
  ["unused code", bin("knip"), []],
  // One process: the files share nothing, and a process each would cost more than the tests.
  [
    "unit tests",
    process.execPath,
    ["--test", "--test-force-exit", "--test-isolation=none", "src/**/*.test.ts", "test/*.test.ts"],
  ],
  // A process each: they boot instances, kill servers and change users.
  [
    "end-to-end tests",
    process.execPath,
    ["--test", "--test-force-exit", "--test-concurrency=2", "test/{kernel,e2e}/**/*.test.ts"],
  ],
];

ensureLocalCloud();
let failed = false;
const counts = { pass: 0, fail: 0, skipped: 0 };
for (const [name, program, args] of steps) {
  const start = performance.now();
  process.stdout.write(`\n== ${name}\n`);
  const { exitCode, output } = await run(program, args);
  for (const key of ["pass", "fail", "skipped"] as const) {
    counts[key] += Number(new RegExp(`^ℹ ${key} (\\d+)`, "m").exec(output)?.[1] ?? 0);
  }
  // A pattern that matches no file is no failure to node --test.
  const ranNothing = args.includes("--test") && !/^ℹ tests [1-9]/m.test(output);
  if (exitCode !== 0 || ranNothing) failed = true;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(
    `== ${name}: ${exitCode === 0 && !ranNothing ? "ok" : "FAILED"} (${seconds} s)\n`,
  );
}
process.stdout.write(`\n${counts.pass} passed, ${counts.fail} failed, ${counts.skipped} skipped\n`);
process.exitCode = failed ? 1 : 0;
