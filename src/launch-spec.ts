import * as z from "zod/mini";

const volumeSpec = z.object({
  volumeId: z.string().check(z.regex(/^vol-([0-9a-f]{8}|[0-9a-f]{17})$/)),
  /** Absolute path on the instance. */
  mount: z.string().check(z.regex(/^\/[A-Za-z0-9._/-]+$/)),
  readOnly: z.boolean(),
  /** What a blank volume gets; a volume with a file system keeps it. */
  fileSystem: z.enum(["ext4", "xfs"]),
  /** Attached by RunInstances itself (a volume from a snapshot), so only looked for. */
  attachedAtLaunch: z.boolean(),
  /** keep: outlives the instance. run: the CLI deletes it after the command ended with exit 0. */
  lifetime: z.enum(["keep", "run"]),
});

const stagedFile = z.object({
  key: z.string().check(z.regex(/^[A-Za-z0-9/._-]+$/)),
  /** Hex. */
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});

/** What the CLI tells the agent, as one line of JSON in the user data. Holds no secrets and no AWS endpoint. */
const launchSpecSchema = z.object({
  version: z.literal(1),
  region: z.string(),
  /** Staging bucket: code, logs and locks. */
  bucket: z.string(),
  volumes: z.array(volumeSpec),
  /** A training run, or the filling of a volume from S3. */
  work: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("command"),
      /** Program and arguments; empty: mount only. */
      command: z.array(z.string()),
      code: z.optional(stagedFile),
      environment: z.record(z.string(), z.string()),
      /** Run as root instead of the AMI's login user. */
      asRoot: z.boolean(),
      whenDone: z.enum(["terminate", "keep"]),
    }),
    z.object({
      kind: z.literal("fill"),
      volumeId: z.string(),
      /** s3://bucket/prefix/ */
      source: z.string(),
    }),
  ]),
  /** Time between two looks at IMDS; 500 to 5,000. AWS advises at most 5 s. */
  pollMs: z.number().check(z.gte(500), z.lte(5_000)),
  /** How long the command may take after SIGTERM at most; the notice's own time wins. */
  graceSeconds: z.number().check(z.gte(1), z.lte(600)),
  /** The instance powers itself off after this long, whatever it does; undefined: no limit. */
  maxLifetimeSeconds: z.optional(z.number()),
  /** The agent is started anew after so long without a sign of life; default 60. */
  hungAfterSeconds: z.optional(z.number().check(z.gte(1))),
});

export type LaunchSpec = z.infer<typeof launchSpecSchema>;
export type VolumeSpec = LaunchSpec["volumes"][number];
export type StagedFile = z.infer<typeof stagedFile>;
export type CommandWork = Extract<LaunchSpec["work"], { kind: "command" }>;
export type FillWork = Extract<LaunchSpec["work"], { kind: "fill" }>;

/** @throws ZodError naming each wrong member. */
export function parseLaunchSpec(text: string): LaunchSpec {
  return launchSpecSchema.parse(JSON.parse(text));
}
