import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Who may import whom; ARCHITECTURE.md explains it. `*`: every room. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  cli: [
    "volumes",
    "instances",
    "pre-warm",
    "transfer",
    "cost",
    "simulation",
    "report",
    "aws",
    "facts",
    "local-cloud",
  ],
  volumes: ["aws", "facts"],
  instances: ["volumes", "transfer", "aws", "facts"],
  "pre-warm": ["volumes", "instances", "transfer", "aws", "facts"],
  transfer: ["aws"],
  agent: ["transfer", "aws"],
  cost: ["facts"],
  simulation: ["cost", "facts"],
  report: ["cost", "simulation"],
  aws: ["facts"],
  "local-cloud": ["facts"],
  facts: [],
};

/** Files at the root of src/ that may import any room. */
const entryPoints = ["src/main.ts", "src/agent-main.ts"];

/** What CLI and agent say to each other: the local cloud must not know it. */
const domainFiles = [
  "src/launch-spec.ts",
  "src/tags.ts",
  "src/manifest.ts",
  "src/agent-request.ts",
  "src/operation.ts",
];

interface Import {
  file: string;
  target: string;
}

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((path) => join("src", path))
  .filter((path) => path.endsWith(".ts"));
const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));

/** Static, lazy and re-exporting imports, as written in our one style of quotes. */
function importsOf(file: string, source: string): string[] {
  return [...source.matchAll(/(?:\bfrom |\bimport\(|\bimport )"([^"]+)"/g)].map(
    ([, target]) => target ?? "",
  );
}

const imports: Import[] = [...sources].flatMap(([file, source]) =>
  importsOf(file, source).map((target) => ({ file, target })),
);
const internal = imports
  .filter(({ target }) => target.startsWith("."))
  .map(({ file, target }) => ({ file, target: normalize(join(dirname(file), target)) }));

const room = (file: string) => (file.split("/").length > 2 ? file.split("/")[1] : undefined);
const isTest = (file: string) => file.endsWith(".test.ts");

test("every module is seen: the scan finds each import of a file that exists", () => {
  assert.ok(files.length >= 150, `only ${files.length} modules seen`);
  for (const { file, target } of internal) {
    assert.ok(
      sources.has(target) || target === "package.json" || target.startsWith("test/"),
      `${file} imports ${target}, which the scan did not see`,
    );
  }
  for (const name of Object.keys(arrows)) {
    assert.ok(
      files.some((file) => room(file) === name),
      `src/${name} has no modules: the arrows are out of date`,
    );
  }
  for (const file of files) {
    const name = room(file);
    assert.ok(name === undefined || name in arrows, `src/${name} has no arrows`);
  }
});

test("rooms import only the rooms that their arrows allow, and only their top-level files", () => {
  for (const { file, target } of internal) {
    const from = room(file);
    const to = room(target);
    if (to === undefined || from === to || entryPoints.includes(file) || isTest(file)) continue;
    assert.ok(from !== undefined, `${file} is a root file and may not import ${target}`);
    assert.ok(arrows[from]?.includes(to), `${file} may not import ${target}`);
    assert.equal(target.split("/").length, 3, `${target} is private to src/${to}: ${file}`);
  }
});

test("the local cloud knows nothing of what CLI and agent say to each other", () => {
  for (const { file, target } of internal) {
    if (room(file) !== "local-cloud" || isTest(file)) continue;
    assert.ok(!domainFiles.includes(target), `${file} may not import ${target}`);
  }
});

test("only the room aws imports the SDK; the local cloud takes its types and schemas", () => {
  for (const { file, target } of imports) {
    if (!/^@(aws-sdk|smithy)\//.test(target) || isTest(file)) continue;
    const typesOnly = (sources.get(file) ?? "").includes("import type");
    const mayUse = room(file) === "aws" || /^src\/local-cloud\/(protocol|sdk)\//.test(file);
    assert.ok(mayUse || (room(file) === "local-cloud" && typesOnly), file);
  }
});

test("nothing but the command line writes to the terminal", () => {
  const writers = /\b(console\.\w+\(|process\.(stdout|stderr)\b)/;
  for (const [file, source] of sources) {
    if (room(file) === "cli" || entryPoints.includes(file) || isTest(file)) continue;
    assert.ok(!writers.test(source), `${file} writes to the terminal`);
  }
});

test("there are no import cycles", () => {
  const next = Map.groupBy(internal, ({ file }) => file);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), `import cycle: ${[...path, file].join(" → ")}`);
    if (done.has(file)) return;
    for (const { target } of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});
