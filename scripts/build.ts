// Bundles the CLI and the agent into dist/, as they are published and measured.
import { copyFile, glob, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { agentBundle } from "../src/instances/agent-bundle.ts";
import { literalSchemaKeys } from "../src/instances/literal-schema-keys.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Makes main.mjs, which loads the rest of itself on first use, and beside it what it sends to instances. */
export async function buildCli(outdir = join(root, "dist")): Promise<string> {
  await bundle(outdir, {
    main: "src/main.ts",
    // Threads start from a file of their own.
    "simulation-worker": "src/simulation/simulation-worker.ts",
    "transfer-thread": "src/transfer/threads/thread-main.ts",
  });
  await writeFile(join(outdir, "agent.mjs"), (await agentBundle()).body);
  return join(outdir, "main.mjs");
}

/** @param programs path in this repository of what becomes `NAME.mjs`. */
export async function bundle(
  outdir: string,
  programs: Readonly<Record<string, string>>,
): Promise<void> {
  await build({
    entryPoints: programs,
    absWorkingDir: root,
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node22.18",
    // esbuild prefers CommonJS for Node, which it cannot shake.
    mainFields: ["module", "main"],
    plugins: [literalSchemaKeys],
    external: ["esbuild"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  await copyScripts(outdir);
}

/** Modules find the shell scripts beside themselves, and all modules are in one directory now. */
async function copyScripts(outdir: string): Promise<void> {
  const copied = new Set<string>();
  for await (const path of glob("src/**/*.sh", { cwd: root })) {
    const name = basename(path);
    if (name.includes(".golden.")) continue;
    if (copied.has(name)) throw new Error(`two scripts are named ${name}`);
    copied.add(name);
    await copyFile(join(root, path), join(outdir, name));
  }
}

if (import.meta.main) await buildCli();
