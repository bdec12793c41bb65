import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { StagedFile } from "../launch-spec.ts";

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

/** The same source gives the same bytes wherever it lies, so that the same agent is staged once. */
async function buildAgent(): Promise<Uint8Array> {
  const { build } = await import("esbuild");
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const result = await build({
    entryPoints: [source],
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node24",
    mainFields: ["module", "main"],
    minify: true,
    // Stack traces of the agent should name functions.
    keepNames: true,
    legalComments: "none",
    logLevel: "error",
    outfile: "agent.mjs",
    // CommonJS inside the bundle calls require() for Node's own modules.
    banner: {
      js: "import{createRequire as runctlRequire}from'node:module';const require=runctlRequire(import.meta.url);",
    },
  });
  return result.outputFiles[0]!.contents;
}
