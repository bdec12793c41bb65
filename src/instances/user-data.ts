import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { RunctlError } from "../errors.ts";
import type { LaunchSpec, StagedFile } from "../launch-spec.ts";

/** AWS page "Run commands when you launch an EC2 instance": 16 KB before base64. */
const maxUserDataBytes = 16_384;
/** A longer spec travels as an S3 object that the user data name by hash. */
const maxInlineSpecBytes = 8_192;

export interface BootFiles {
  /** The bare Node binary. */
  runtime: StagedFile;
  agent: StagedFile;
  /** Set where `specObject` returned one; it must be staged before the launch. */
  spec?: StagedFile;
}

/** When an instance that cannot work ends itself, in whole seconds. */
export interface BootLimits {
  /** How long the boot script tries to reach S3; default 240. */
  retrySeconds?: number;
  /** How long the agent may take until it reports; default 1,800. */
  silentSeconds?: number;
}

/** The spec as an S3 object, for a spec that is too long to travel in the user data; undefined when it fits. */
export function specObject(spec: LaunchSpec): { file: StagedFile; body: string } | undefined {
  const body = `${JSON.stringify(spec)}\n`;
  if (Buffer.byteLength(body) <= maxInlineSpecBytes) return undefined;
  const sha256 = createHash("sha256").update(body).digest("hex");
  return { file: { key: `specs/${sha256}.json`, sha256 }, body };
}

/**
 * The user data of an instance: the boot script, the spec and where to fetch what.
 *
 * The spec is data in a quoted here-document. JSON.stringify gives one line that begins with `{`, so
 * no text in it can be the delimiter, and the shell expands nothing in it.
 *
 * @throws RunctlError USAGE for more than 16 KB, or a value that would not be one word.
 */
export function userData(
  spec: LaunchSpec,
  { runtime, agent, spec: staged }: BootFiles,
  { retrySeconds = 240, silentSeconds = 1_800 }: BootLimits = {},
): string {
  const values: Record<string, string> = {
    region: spec.region,
    bucket: spec.bucket,
    retry: String(Math.ceil(retrySeconds)),
    node: runtime.key,
    node_sha: runtime.sha256,
    agent: agent.key,
    agent_sha: agent.sha256,
    ...(staged ? { spec: staged.key, spec_sha: staged.sha256 } : {}),
  };
  const text = bootScript()
    // Replacer functions: in a replacement string `$&` and `$'` would mean something.
    .replace("@SILENT@", () => String(Math.ceil(silentSeconds)))
    .replace("@LIFETIME@", () => endOfLife(spec))
    .replace("@SPEC@", () => (staged ? "{}" : JSON.stringify(spec)))
    .replace("@FETCH@", () => Object.entries(values).map(fetchLine).join("\n"));
  if (Buffer.byteLength(text) > maxUserDataBytes)
    throw new RunctlError("USAGE", `user data of ${Buffer.byteLength(text)} bytes`, {
      hint: `AWS takes ${maxUserDataBytes}: stage the launch spec in S3`,
    });
  return text;
}

/** The agent keeps the limit itself; the shell only ends what the agent could not. */
function endOfLife({ maxLifetimeSeconds: seconds }: LaunchSpec): string {
  return seconds === undefined ? ":" : `off_after ${Math.ceil(seconds) + 300} ''`;
}

/** bootstrap.sh without its comments and indentation, which would only use up room. */
export function bootScript(): string {
  const [shebang, ...lines] = readFileSync(
    new URL("./bootstrap.sh", import.meta.url),
    "utf8",
  ).split("\n");
  const code = lines.map((line) => line.trimStart()).filter((line) => !line.startsWith("# "));
  return [shebang, ...code].join("\n");
}

function fetchLine([name, value]: [string, string]): string {
  if (!/^[A-Za-z0-9._/-]+$/.test(value))
    throw new RunctlError("USAGE", `'${value}' cannot be the ${name} of a launch`);
  return `${name} ${value}`;
}
