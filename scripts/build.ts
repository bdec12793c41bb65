// Bundles the CLI and the agent into dist/, as they are published and measured.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Makes dist/main.mjs, which loads the rest of itself on first use. */
export async function buildCli(): Promise<string> {
  const outdir = join(root, "dist");
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
  return join(outdir, "main.mjs");
}

if (import.meta.main) await buildCli();
