import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "smol-toml";
import * as z from "zod/mini";
import { RunctlError } from "../errors.ts";

/** What any `.runctl.toml` may set: it may come with a repository that somebody else wrote. */
const projectSchema = z.strictObject({
  "instance-type": z.optional(z.array(z.string())),
  "mount-point": z.optional(z.string()),
  name: z.optional(z.string()),
  project: z.optional(z.string()),
  tags: z.optional(z.record(z.string(), z.string())),
});

/** What the user's own file may set besides: where calls and credentials go. */
const userSchema = z.strictObject({
  ...projectSchema.shape,
  region: z.optional(z.string()),
  profile: z.optional(z.string()),
  "endpoint-url": z.optional(z.string()),
  "staging-bucket": z.optional(z.string()),
  "instance-profile": z.optional(z.string()),
});

export type Config = z.infer<typeof userSchema>;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The user's `~/.config/runctl/config.toml` under the nearest `.runctl.toml` at or above `cwd`, which wins in what
 * it may set. Neither needs to exist.
 *
 * @throws RunctlError CONFIGURATION naming the file and the key that is wrong or not its to set.
 */
export async function readConfig(cwd: string, env: Env): Promise<Config> {
  const folder = env["XDG_CONFIG_HOME"] ?? join(env["HOME"] ?? homedir(), ".config");
  const user = await readToml(join(folder, "runctl", "config.toml"), userSchema);
  const project = await nearest(cwd);
  return { ...user, ...project, tags: { ...user?.tags, ...project?.tags } };
}

async function nearest(directory: string): Promise<z.infer<typeof projectSchema> | undefined> {
  const here = await readToml(join(directory, ".runctl.toml"), projectSchema);
  const parent = dirname(directory);
  return here ?? (parent === directory ? undefined : nearest(parent));
}

async function readToml<Shape extends z.core.$ZodShape>(
  path: string,
  schema: z.ZodMiniObject<Shape>,
): Promise<z.infer<z.ZodMiniObject<Shape>> | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new RunctlError("CONFIGURATION", `cannot read ${path}`, { cause: error });
  }
  const values = parseToml(path, text);
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const keys = issue?.code === "unrecognized_keys" ? issue.keys : (issue?.path ?? []);
  const key = keys.map(String).join(".");
  const isOwners =
    issue?.code === "unrecognized_keys" && keys.some((name) => name in userSchema.shape);
  throw new RunctlError("CONFIGURATION", `${path}: '${key}' ${issue?.message ?? "is wrong"}`, {
    hint: isOwners
      ? `only your own config.toml may set '${key}', not a project`
      : `known keys: ${Object.keys(schema.shape).join(", ")}`,
  });
}

function parseToml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new RunctlError("CONFIGURATION", `${path} is not TOML: ${why}`, { cause: error });
  }
}
