import { parse } from "smol-toml";
import * as z from "zod/mini";
import { isRunctlError, RunctlError } from "../errors.ts";
import { parseName } from "../resource-reference.ts";
import type { Parser } from "./parser.ts";
import { mountPoint } from "./ebs-volume-word.ts";
import { parseEndpointUrl, parseRegion } from "./parse-place.ts";

/** A string that the flag of the same name would take. */
function word(parser: Parser<string>) {
  return z.pipe(
    z.string(),
    z.transform((text, context) => {
      try {
        return parser(text);
      } catch (error) {
        if (!isRunctlError(error)) throw error;
        context.issues.push({ code: "custom", input: text, message: error.message });
        return z.NEVER;
      }
    }),
  );
}

/** What any `.runctl.toml` may set: it may come with a repository that somebody else wrote. */
const projectSchema = z.strictObject({
  "instance-type": z.optional(z.array(z.string())),
  "mount-point": z.optional(word(mountPoint)),
  name: z.optional(word(parseName)),
  project: z.optional(z.string()),
  tags: z.optional(z.record(z.string(), z.string())),
});

/** What the user's own file may set besides: where calls and credentials go. */
const userSchema = z.strictObject({
  ...projectSchema.shape,
  region: z.optional(word(parseRegion)),
  profile: z.optional(z.string()),
  "endpoint-url": z.optional(word(parseEndpointUrl)),
  "staging-bucket": z.optional(z.string()),
  "instance-profile": z.optional(z.string()),
});

export type Config = z.infer<typeof userSchema>;

interface TomlFile {
  path: string;
  text: string;
}

/** @throws RunctlError CONFIGURATION naming the file and the key that is wrong. */
export const readUserFile = (file: TomlFile): Config => check(file, userSchema);

/** @throws RunctlError CONFIGURATION naming the file and the key that is wrong or not its to set. */
export const readProjectFile = (file: TomlFile): z.infer<typeof projectSchema> =>
  check(file, projectSchema);

function check<Shape extends z.core.$ZodShape>(
  file: TomlFile,
  schema: z.ZodMiniObject<Shape>,
): z.infer<z.ZodMiniObject<Shape>> {
  const result = schema.safeParse(parseToml(file));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const isUnknown = issue?.code === "unrecognized_keys";
  const keys = (isUnknown ? issue.keys : (issue?.path ?? [])).map(String);
  const isOwners = isUnknown && keys.some((key) => key in userSchema.shape);
  const why = isUnknown ? (isOwners ? "is not a project's to set" : "is unknown") : issue?.message;
  throw new RunctlError("CONFIGURATION", `${file.path}: '${keys.join(".")}' ${why}`, {
    hint: isOwners
      ? `only your own config.toml may set '${keys.join(", ")}', not a project`
      : `known keys: ${Object.keys(schema.shape).join(", ")}`,
  });
}

function parseToml({ path, text }: TomlFile): unknown {
  try {
    return parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new RunctlError("CONFIGURATION", `${path} is not TOML: ${why}`, { cause: error });
  }
}
