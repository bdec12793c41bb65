import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { RunctlError } from "../errors.ts";
import { parseName } from "../resource-reference.ts";
import type { Config as FileConfig } from "./config-file.ts";
import type { Parser } from "./parser.ts";
import { mountPoint } from "./ebs-volume-word.ts";
import { parseEndpointUrl, parseRegion } from "./parse-place.ts";
import { text } from "./parsers.ts";

/** Defaults for what the command line leaves open. */
export type Config = Readonly<FileConfig>;

type Env = Readonly<Record<string, string | undefined>>;

/** The variables of each key; the first that is set counts. */
const variables: Readonly<
  Record<Exclude<keyof Config, "instance-type" | "tags">, [Parser<string>, ...string[]]>
> = {
  region: [parseRegion, "RUNCTL_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"],
  profile: [text, "RUNCTL_PROFILE", "AWS_PROFILE"],
  "endpoint-url": [parseEndpointUrl, "RUNCTL_ENDPOINT_URL", "AWS_ENDPOINT_URL"],
  "staging-bucket": [text, "RUNCTL_STAGING_BUCKET"],
  "instance-profile": [text, "RUNCTL_INSTANCE_PROFILE"],
  "mount-point": [mountPoint, "RUNCTL_MOUNT_POINT"],
  name: [parseName, "RUNCTL_NAME"],
  project: [text, "RUNCTL_PROJECT"],
};

/**
 * The environment, over the nearest `.runctl.toml` at or above `cwd`, over the user's `~/.config/runctl/config.toml`.
 * None of them needs to exist.
 *
 * @throws RunctlError CONFIGURATION naming the file or variable and what is wrong in it.
 */
export async function readConfig(cwd: string, env: Env): Promise<Config> {
  const folder = env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config");
  const [userFile, projectFile] = await Promise.all([
    readIfThere(join(folder, "runctl", "config.toml")),
    nearest(cwd),
  ]);
  const environment = readVariables(env);
  if (!userFile && !projectFile) return environment;

  // Loaded only now: TOML and its checks cost a command without files too much time.
  const { readProjectFile, readUserFile } = await import("./config-file.ts");
  const user: FileConfig = userFile ? readUserFile(userFile) : {};
  const project = projectFile ? readProjectFile(projectFile) : {};
  // Keys in the environment are nearer than a profile that the file names for every day.
  if (env["AWS_ACCESS_KEY_ID"]) delete user.profile;
  return { ...user, ...project, ...environment, tags: { ...user.tags, ...project.tags } };
}

/** What is left under `--local`: the rest speaks of an account at AWS. */
export function withoutAccount(config: Config): Config {
  const {
    region: _region,
    profile: _profile,
    "endpoint-url": _endpointUrl,
    "staging-bucket": _stagingBucket,
    "instance-profile": _instanceProfile,
    ...rest
  } = config;
  return rest;
}

function readVariables(env: Env): Config {
  const config: FileConfig = {};
  for (const key of Object.keys(variables) as (keyof typeof variables)[]) {
    const [parse, ...names] = variables[key];
    const name = names.find((candidate) => env[candidate]);
    const value = name && env[name];
    if (value) config[key] = readVariable(name, value, parse);
  }
  const types = env["RUNCTL_INSTANCE_TYPE"];
  return types ? { ...config, "instance-type": types.split(",") } : config;
}

function readVariable(name: string, value: string, parse: Parser<string>): string {
  try {
    return parse(value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RunctlError("CONFIGURATION", `${name}: ${why}`, { cause: error });
  }
}

interface TextFile {
  path: string;
  text: string;
}

async function nearest(directory: string): Promise<TextFile | undefined> {
  const here = await readIfThere(join(directory, ".runctl.toml"));
  const parent = dirname(directory);
  return here ?? (parent === directory ? undefined : nearest(parent));
}

async function readIfThere(path: string): Promise<TextFile | undefined> {
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new RunctlError("CONFIGURATION", `cannot read ${path}: ${code}`, { cause: error });
  }
}
