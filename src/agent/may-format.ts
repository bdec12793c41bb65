import type { DiskContents } from "./probe-disk.ts";

export type FileSystem = "ext4" | "xfs";

/** All that decides whether a volume may be formatted. */
export interface FormatFacts {
  volumeId: string;
  /** It has the tag `runctl:blank`: made blank by runctl, never mounted since. */
  hasBlankTag: boolean;
  /** From a snapshot or from another volume: it was never blank. */
  isCopy: boolean;
  multiAttach: boolean;
  attachmentCount: number;
  /** This instance holds `locks/<volume>`; only asked for with multi-attach. */
  holdsLease: boolean;
  contents: DiskContents;
  /** A file system on it came to its end: the program that checks it finds nothing wrong. */
  isComplete: boolean;
  wanted: FileSystem;
}

export type FormatDecision =
  | { action: "format" }
  /** Mount what is there; `removeTag`: a format was interrupted before the tag went. */
  | { action: "keep"; removeTag: boolean }
  | { action: "refuse"; why: string; hint: string };

/** The rule for formatting: a volume that may hold data is never formatted. */
export function mayFormat(facts: FormatFacts): FormatDecision {
  const { contents, volumeId } = facts;
  if (!facts.hasBlankTag) return withoutTag(facts);

  const anew = `delete the volume and make it anew: 'runctl aws ebs delete ${volumeId}'`;
  const refuse = (why: string, hint = anew): FormatDecision => ({ action: "refuse", why, hint });
  if (facts.isCopy)
    return refuse(`${volumeId} has the tag of a blank volume but was made from another`, untag);
  if (contents.kind !== "blank") {
    const isOurs =
      contents.kind === "file-system" &&
      contents.label === labelOf(volumeId, facts.wanted) &&
      contents.type === facts.wanted;
    if (isOurs && facts.isComplete) return { action: "keep", removeTag: true };
    if (isOurs) return refuse(`${volumeId} has a half-made ${facts.wanted} file system`);
    return refuse(`${volumeId} should be blank but holds ${describeContents(contents)}`);
  }
  if (facts.multiAttach && facts.attachmentCount !== 1)
    return refuse(
      `${volumeId} is blank but attached ${facts.attachmentCount} times`,
      "detach it from the other instances until it has its file system",
    );
  if (facts.multiAttach && !facts.holdsLease)
    return refuse(
      `another instance has the lease to format ${volumeId}`,
      "wait until it is done, or until that instance is terminated",
    );
  return { action: "format" };
}

const untag = "remove its tag runctl:blank if its data shall be used";

/** What the kernels of all supported AMIs mount and runctl knows how to check. */
const mountable = new Set(["ext2", "ext3", "ext4", "xfs"]);

function withoutTag({ contents, volumeId }: FormatFacts): FormatDecision {
  if (contents.kind === "file-system" && mountable.has(contents.type))
    return { action: "keep", removeTag: false };
  return {
    action: "refuse",
    why: `${volumeId} holds ${describeContents(contents)}, not a file system that runctl mounts`,
    hint:
      contents.kind === "blank"
        ? "it has no tag runctl:blank, so it is not formatted: make a volume with 'runctl aws ebs create', or format it yourself"
        : "nothing was changed; attach another volume",
  };
}

function describeContents(contents: DiskContents): string {
  if (contents.kind === "blank") return "nothing";
  if (contents.kind === "signature") return contents.what;
  if (contents.kind === "data") return `unknown data at byte ${contents.offset}`;
  return `${contents.type}${contents.label ? ` labelled '${contents.label}'` : ""}`;
}

/** What tells our file systems: `rc-` and the end of the volume id; ext4 takes 16 characters, XFS only 12. */
export function labelOf(volumeId: string, fileSystem: FileSystem): string {
  return `rc-${volumeId.slice(fileSystem === "xfs" ? -9 : -12)}`;
}
