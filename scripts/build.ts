// Bundles the CLI and the agent into dist/, as they are published and measured.
import { copyFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { agentBundle } from "../src/instances/agent-bundle.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Makes main.mjs, which loads the rest of itself on first use, and beside it what it sends to instances. */
export async function buildCli(outdir = join(root, "dist")): Promise<string> {
  await build({
    entryPoints: { main: join(root, "src/main.ts") },
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
    external: ["esbuild"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  await copyFile(join(root, "src/instances/bootstrap.sh"), join(outdir, "bootstrap.sh"));
  await writeFile(join(outdir, "agent.mjs"), (await agentBundle()).body);
  return join(outdir, "main.mjs");
}

if (import.meta.main) await buildCli();
