// `npm test`: everything that is checked, the cheap first. Ends with one line that counts the tests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ensureLocalCloud } from "./ensure-local-cloud.ts";

const root = join(import.meta.dirname, "..");
// A hundred processes start from source: each compiles what no earlier one did.
const env = { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled"), ...process.env };
const bin = (name: string) => join(root, "node_modules/.bin", name);

interface Outcome {
  exitCode: number;
  output: string;
}

async function run(program: string, args: readonly string[]): Promise<Outcome> {
  const child = spawn(program, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const [code]: unknown[] = await once(child, "close");
  return { exitCode: typeof code === "number" ? code : 1, output };
}

const nodeTest = (...args: string[]) => [
  "--test",
  "--test-force-exit",
  "--test-reporter=spec",
  ...args,
];

// The files of unit tests share nothing and run in three processes, which keeps two cores busy to the end: a process
// for each file would cost more than the tests. Those that boot instances, kill servers and spawn the CLI get a process each.
const unit = (shard: number) =>
  nodeTest(
    "--test-isolation=none",
    `--test-shard=${shard}/3`,
    "src/**/*.test.ts",
    "test/*.test.ts",
  );
// Several at once: much of their time is waiting for machines.
const endToEnd = (directory: string) =>
  nodeTest("--test-concurrency=2", `test/${directory}/**/*.test.ts`);

const groups: Array<Array<[name: string, program: string, args: string[]]>> = [
  [
    ["format", bin("oxfmt"), ["--check"]],
    ["types", bin("tsc"), []],
  ],
  [
    ["lint", bin("oxlint"), ["--type-aware", "--deny-warnings"]],
    ["unused code", bin("knip"), []],
  ],
  [
    ["unit tests, first third", process.execPath, unit(1)],
    ["unit tests, second third", process.execPath, unit(2)],
    ["unit tests, last third", process.execPath, unit(3)],
  ],
  [
    ["end-to-end tests", process.execPath, endToEnd("e2e")],
    ["tests with real machines", process.execPath, endToEnd("kernel")],
  ],
];

const counts = { pass: 0, fail: 0, skipped: 0 };
let hasFailed = false;

ensureLocalCloud();
for (const group of groups) {
  await Promise.all(
    group.map(async ([name, program, args]) => {
      const start = performance.now();
      const outcome = await run(program, args);
      report(name, args, outcome, (performance.now() - start) / 1000);
    }),
  );
}
process.stdout.write(`\n${counts.pass} passed, ${counts.fail} failed, ${counts.skipped} skipped\n`);
process.exitCode = hasFailed ? 1 : 0;

function report(name: string, args: readonly string[], outcome: Outcome, seconds: number): void {
  const { exitCode, output } = outcome;
  const isTest = args.includes("--test");
  for (const key of ["pass", "fail", "skipped"] as const) {
    counts[key] += Number(new RegExp(`^ℹ ${key} (\\d+)`, "m").exec(output)?.[1] ?? 0);
  }
  // A pattern that matches no file is no failure to node --test.
  const isOk = exitCode === 0 && (!isTest || /^ℹ tests [1-9]/m.test(output));
  if (!isOk) hasFailed = true;
  process.stdout.write(`\n== ${name}: ${isOk ? "ok" : "FAILED"} (${seconds.toFixed(1)} s)\n`);
  process.stdout.write(isOk && isTest ? essentials(output) : output);
}

/** Of tests that passed: what was skipped and why, seeds, and the counts. */
function essentials(output: string): string {
  const lines = output
    .split("\n")
    .filter((line) => /^\s*(﹣|ℹ (seed|tests|pass|skipped))/.test(line));
  return `${lines.join("\n")}\n`;
}
