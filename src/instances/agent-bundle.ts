import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import type { StagedFile } from "../launch-spec.ts";
import { literalSchemaKeys } from "./literal-schema-keys.ts";

export interface AgentBundle {
  /** Where it belongs in the staging bucket: by content. */
  file: StagedFile;
  body: Uint8Array;
}

const source = fileURLToPath(new URL("../agent-main.ts", import.meta.url));

let bundle: Promise<AgentBundle> | undefined;

/** The agent as one file: built from the source where that is there, else the one that was published beside this program. */
export function agentBundle(): Promise<AgentBundle> {
  return (bundle ??= makeBundle());
}

async function makeBundle(): Promise<AgentBundle> {
  const body = existsSync(source)
    ? await buildAgent()
    : await readFile(new URL("./agent.mjs", import.meta.url));
  const sha256 = createHash("sha256").update(body).digest("hex");
  return { file: { key: `agent/${sha256}/agent.mjs`, sha256 }, body };
}

const packageRoot = fileURLToPath(new URL("../..", import.meta.url));

/** Built once for each state of the source: a build takes longer than the rest of a launch. */
async function buildAgent(): Promise<Uint8Array> {
  const folder = join(packageRoot, "node_modules", ".cache", "runctl");
  const file = join(folder, `agent-${await hashOfSource()}.mjs`);
  if (existsSync(file)) return readFile(file);
  const body = await bundleAgent();
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, body);
  await rename(draft, file);
  return body;
}

async function hashOfSource(): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await readFile(join(packageRoot, "package-lock.json")));
  const names = await readdir(join(packageRoot, "src"), { recursive: true });
  const files = names.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const texts = files.toSorted().map((name) => readFile(join(packageRoot, "src", name)));
  for (const text of await Promise.all(texts)) hash.update(text);
  return hash.digest("hex").slice(0, 16);
}

/**
 * The same source gives the same bytes wherever it lies, so that the same agent is staged once.
 *
 * In two steps: esbuild drops what nobody uses of a module that is imported on first use only where that becomes a
 * file of its own, and an agent is one file.
 */
async function bundleAgent(): Promise<Uint8Array> {
  const { build } = await import("esbuild");
  const common = {
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node24",
    minify: true,
    legalComments: "none",
    logLevel: "error",
  } as const;
  const split = await build({
    ...common,
    entryPoints: [source],
    absWorkingDir: packageRoot,
    mainFields: ["module", "main"],
    plugins: [literalSchemaKeys],
    // Stack traces of the agent should name functions.
    keepNames: true,
    splitting: true,
    outdir: "/",
  });
  const parts = new Map(split.outputFiles.map(({ path, text }) => [path, text]));
  const joined = await build({
    ...common,
    entryPoints: ["/agent-main.js"],
    plugins: [fromMemory(parts)],
    outfile: "agent.mjs",
    // CommonJS inside the bundle calls require() for Node's own modules.
    banner: {
      js: "import{createRequire as runctlRequire}from'node:module';const require=runctlRequire(import.meta.url);",
    },
  });
  return joined.outputFiles[0]!.contents;
}

const fromMemory = (files: ReadonlyMap<string, string>): Plugin => ({
  name: "from memory",
  setup(build) {
    build.onResolve({ filter: /^[./]/ }, ({ path }) => ({
      path: `/${basename(path)}`,
      namespace: "memory",
    }));
    build.onLoad({ filter: /.*/, namespace: "memory" }, ({ path }) => {
      const contents = files.get(path);
      if (contents === undefined)
        throw new Error(`${path} was not made: ${[...files.keys()].join(" ")}`);
      return { contents, loader: "js" };
    });
  },
});
