import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { root as commands } from "../src/cli/commands/root.ts";
import { findCommand } from "../src/cli/find-command.ts";
import { kebab } from "../src/cli/kebab.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const below = (directory: string) =>
  readdirSync(join(root, directory), { recursive: true, encoding: "utf8" }).map((path) =>
    join(directory, path),
  );

const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  ...below("docs").filter((path) => path.endsWith(".md")),
].map((path) => ({ path, text: read(path) }));

test("every test that a document names exists", () => {
  const known = new Set(
    [...below("src"), ...below("test")]
      .filter((path) => path.endsWith(".test.ts"))
      .flatMap((path) => testNames(read(path))),
  );
  const named = documents.flatMap(({ path, text }) =>
    quotedTests(text).map((name) => ({ path, name })),
  );
  assert.ok(named.length >= 200, `only ${named.length} names of tests seen`);
  const missing = named.filter(({ name }) => !known.has(name));
  assert.deepEqual(missing, []);
});

/** With `…` for what a template fills in. */
function testNames(source: string): string[] {
  return [...source.matchAll(/\btest\(\s*(?:"([^"]+)"|`([^`]+)`)/g)].map(
    ([, plain, template]) => plain ?? template?.replaceAll(/\$\{[^}]*\}/g, "…") ?? "",
  );
}

/** A line `- behaviour → "name" · "name"`, which may be broken. */
function quotedTests(text: string): string[] {
  return text
    .replaceAll(/\n +/g, " ")
    .split("\n")
    .flatMap((line) => [...(line.split("→ ")[1]?.matchAll(/"([^"]+)"/g) ?? [])])
    .map(([, name]) => name ?? "");
}

/** Paths may leave out what the room around them says. */
const bases = ["", "src", "src/local-cloud"];

test("every file that a document names exists", () => {
  const named = documents.flatMap(({ path, text }) => [
    ...links(text).map((target) => ({ path, target, found: join(dirname(path), target) })),
    ...paths(text).map((target) => ({ path, target, found: target })),
  ]);
  assert.ok(named.length >= 40, `only ${named.length} paths seen`);
  const missing = named.filter(
    ({ found }) => !bases.some((base) => existsSync(join(root, base, found))),
  );
  assert.deepEqual(missing, []);
});

function links(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)]
    .map(([, target]) => target ?? "")
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What begins with a directory of this repository or ends like a file of ours; of a pattern, its directory. */
function paths(text: string): string[] {
  const prose = text.replaceAll(/"[^"]*"/g, "");
  const words = [
    ...prose.matchAll(/(?<![\w/.-])(?:src|test|docs|bench|demo|scripts|bin)\/[\w./*-]*[\w*/]/g),
    ...prose.matchAll(/(?<=`)[\w-]+(?:\/[\w.-]+)*\.(?:ts|sh|md)(?=`)/g),
  ].map(([word]) => word);
  return words.map((word) => word.replace(/\*.*/, ""));
}

test("every command and flag that a document types exists", async () => {
  const lines = documents.flatMap(({ path, text }) =>
    typedCommands(text).map((line) => ({ path, line })),
  );
  assert.ok(lines.length >= 15, `only ${lines.length} commands seen`);
  for (const { path, line } of lines) {
    const { branch, words } = findCommand(commands, line.split(/ +/));
    const command = await branch.load?.();
    const flags = Object.keys(command?.flags ?? {}).map((name) => `--${kebab(name)}`);
    for (const word of words.filter((one) => one.startsWith("--")))
      assert.ok(flags.includes(word), `${path}: runctl ${line}: there is no ${word}`);
  }
});

/** What stands behind `runctl` in code, up to a comment, a pipe or an ellipsis. */
function typedCommands(text: string): string[] {
  const code = [
    ...text.matchAll(/```\w*\n([^]*?)```/g),
    ...text.replaceAll(/```[^]*?```/g, "").matchAll(/`([^`]+)`/g),
  ].map(([, inside]) => inside ?? "");
  return code
    .flatMap((inside) => inside.replaceAll(/\\\n/g, " ").split("\n"))
    .flatMap((line) => /(?:^|npx )(?:npx )?runctl +([a-z-][^#|…]*)/.exec(line.trim())?.[1] ?? [])
    .map((line) => line.replaceAll(/["']/g, "").trim());
}

test("every script that a document runs with npm exists", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  for (const { path, text } of documents)
    for (const [, name = ""] of text.matchAll(/\bnpm run (?:--silent )?([a-z:-]+)/g))
      assert.ok(name in scripts, `${path}: npm run ${name}`);
});
