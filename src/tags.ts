/**
 * The tags that runctl puts on AWS resources: its only database.
 * Keys have neither `/` nor space, so that IMDS can show them.
 */
export const tagKeys = {
  /** `true` on all that runctl made; never on a foreign resource. */
  managed: "runctl:managed",
  /** ARN of the caller that made it. */
  owner: "runctl:owner",
  /** `true` on volumes that the instance role may attach and detach. */
  access: "runctl:access",
  /** data · checkpoint · pre-warm · root (goes with its instance; not managed). */
  role: "runctl:role",
  /** keep (default) · run (deleted after the command ended with exit 0). */
  lifetime: "runctl:lifetime",
  /** Hash of the operation that made it; see `operation.ts`. */
  op: "runctl:op",
  /** Present until the operation's last step. */
  unfinished: "runctl:unfinished",
  /** On volumes made without snapshot or source volume and never mounted yet: the only ones that may be formatted. */
  blank: "runctl:blank",
  /** ext4 · xfs: what a blank volume is formatted with at its first mount. */
  fileSystem: "runctl:file-system",
  /** Hash of the verified list of files: present means warm. */
  manifest: "runctl:manifest",
  /** s3://… that the volume was filled from. */
  source: "runctl:source",
  /** Default mount point of the volume. */
  mount: "runctl:mount",
  /** What the CLI shows as a bar, such as `41% 4100/10000 objects`. */
  progress: "runctl:progress",
  usedBy: "runctl:used-by",
  lastUsed: "runctl:last-used",
  /** On instances: one of `instanceStates`. */
  state: "runctl:state",
  /** On instances: why. */
  message: "runctl:message",
  /** On instances: `<verb> <volume or -> <id>`, see `agent-request.ts`. */
  request: "runctl:request",
  /** On instances: `<id> ok` or `<id> failed <why>`. */
  reply: "runctl:reply",
  /** On instances: exit code of the command, once it ended. */
  exitCode: "runctl:exit-code",
  /** On instances: what they were launched to run, for people to read. */
  command: "runctl:command",
  name: "Name",
  project: "Project",
} as const;

/** How `runctl:message` of an instance begins once EC2 has given notice. */
export const noticeMessage = "spot interruption notice";

export const instanceStates = [
  "booting",
  "mounting",
  "running",
  "interrupted",
  "done",
  "failed",
] as const;

export type InstanceState = (typeof instanceStates)[number];

/** Made by runctl: the tag is only ever put at birth, so that nobody's resource becomes ours by mistake. */
export function isManaged({ tags }: { tags: Readonly<Record<string, string>> }): boolean {
  return tags[tagKeys.managed] === "true";
}

/** An instance that is leaving lets go of its volumes by itself. */
export function isLeaving({
  state,
  tags,
}: {
  state: string;
  tags: Readonly<Record<string, string>>;
}): boolean {
  if (state === "shutting-down" || state === "terminated" || state === "stopped") return true;
  return tags[tagKeys.state] === "interrupted" || tags[tagKeys.state] === "failed";
}

/** AWS allows 256 characters, and of the signs few: no comma, no quotes. A longer message is cut. */
export function tagValue(text: string): string {
  const clean = text
    .replaceAll(/[,;] /g, " - ")
    .replaceAll(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
  return clean.length <= 256 ? clean : `${clean.slice(0, 253)}...`;
}
