import { type Stats, opendirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { isPartName } from "./part-file.ts";

/** `follow`: what a link leads to; `keep`: the link itself; `skip`: neither. */
export const symlinkPolicies = ["follow", "skip", "keep"] as const;

export type SymlinkPolicy = (typeof symlinkPolicies)[number];

/** What stands at a path, which has `/` and is relative to the directory. */
export type WalkedFile =
  | { kind: "file"; path: string; sizeBytes: number }
  /** A symbolic link that is kept as one. */
  | { kind: "link"; path: string; target: string }
  /** Its path ends in `/`, as the key of its marker does. */
  | { kind: "empty-directory"; path: string }
  /** A link that is not wanted. */
  | { kind: "skipped"; path: string }
  | { kind: "refused"; path: string; reason: string };

export interface WalkOptions {
  /** Default: follow. */
  symlinks?: SymlinkPolicy;
  /** Follow links that leave the directory too; otherwise they are refused. */
  mayLeave?: boolean;
  /** Bytes of the key before the path. */
  prefixBytes?: number;
}

/**
 * The files below a directory in the order of S3's listings: by the bytes of the keys that they get. Special files,
 * loops of links and what cannot be read are named as refused (a directory with the `/` at its end). runctl's own
 * journal and unfinished files are passed over. One directory is in memory at a time, with those above it.
 */
export function* walkFiles(root: string, options: WalkOptions = {}): Generator<WalkedFile> {
  const top = realpathSync(root);
  yield* walk({ root, top, options }, "", [idOf(statSync(root))]);
}

interface Walk {
  root: string;
  /** The root without links. */
  top: string;
  options: WalkOptions;
}

/** @param above the directories that lead here, for the detection of loops. */
function* walk(place: Walk, below: string, above: readonly string[]): Generator<WalkedFile> {
  let entries: Entry[];
  try {
    entries = readEntries(place, below);
  } catch (error) {
    if (below === "") throw error;
    yield { kind: "refused", path: below, reason: reasonOf(error) };
    return;
  }
  if (entries.length === 0 && below !== "") yield { kind: "empty-directory", path: below };
  for (const entry of entries) {
    const { name, isDirectory, isLink } = readEntry(entry);
    const text = textOfName(name);
    if (isPartName(text) || (below === "" && text.startsWith(".runctl-journal"))) continue;
    const path = below + text;
    const reason = reasonAgainst(place, name, path);
    if (reason) yield { kind: "refused", path, reason };
    else if (isLink) yield* walkLink(place, path, above);
    else if (isDirectory) yield* enter(place, path, above);
    else yield look(place, path);
  }
}

function* enter(place: Walk, path: string, above: readonly string[]): Generator<WalkedFile> {
  const id = idOf(statSync(join(place.root, path)));
  if (above.includes(id)) yield { kind: "refused", path, reason: "a loop of symbolic links" };
  else yield* walk(place, `${path}/`, [...above, id]);
}

const idOf = ({ dev, ino }: Stats) => `${dev}:${ino}`;

function* walkLink(place: Walk, path: string, above: readonly string[]): Generator<WalkedFile> {
  const { symlinks = "follow", mayLeave = false } = place.options;
  const full = join(place.root, path);
  if (symlinks === "skip") yield { kind: "skipped", path };
  else if (symlinks === "keep") yield { kind: "link", path, target: readlinkSync(full) };
  else {
    try {
      const real = realpathSync(full);
      const isInside = real === place.top || real.startsWith(place.top + sep);
      if (!isInside && !mayLeave) {
        const reason = `a symbolic link to ${real}, outside of the directory; --symlinks follow takes it`;
        yield { kind: "refused", path, reason };
      } else if (statSync(real).isDirectory()) yield* enter(place, path, above);
      else yield look(place, path);
    } catch (error) {
      yield { kind: "refused", path, reason: `a symbolic link: ${reasonOf(error)}` };
    }
  }
}

function look({ root }: Walk, path: string): WalkedFile {
  try {
    // Synchronous: after the directory was read the answer is near, and a thread costs more than it.
    const found = statSync(join(root, path));
    if (!found.isFile()) return { kind: "refused", path, reason: "a special file" };
    return { kind: "file", path, sizeBytes: found.size };
  } catch (error) {
    return { kind: "refused", path, reason: reasonOf(error) };
  }
}

/**
 * A name and what it is, as one string, because a million objects would take more memory than all else: the name's
 * bytes as Latin-1, a slash if keys go on below it, NUL, and a letter. So sorted, they are in the order of S3.
 */
type Entry = string;

const letters = { directory: "d", link: "l", linkToDirectory: "L", other: "f" };

function readEntries({ root, options }: Walk, below: string): Entry[] {
  const { symlinks = "follow" } = options;
  const entries: Entry[] = [];
  // One by one, for the same reason.
  const directory = opendirSync(join(root, below), { encoding: "latin1", bufferSize: 1024 });
  try {
    for (let found = directory.readSync(); found; found = directory.readSync()) {
      const { name } = found;
      if (found.isDirectory()) entries.push(`${name}/\0${letters.directory}`);
      else if (!found.isSymbolicLink()) entries.push(`${name}\0${letters.other}`);
      else if (symlinks === "follow" && leadsToDirectory(join(root, below, textOfName(name)))) {
        entries.push(`${name}/\0${letters.linkToDirectory}`);
      } else entries.push(`${name}\0${letters.link}`);
    }
  } finally {
    directory.closeSync();
  }
  return entries.toSorted((a, b) => (a < b ? -1 : 1));
}

function readEntry(entry: Entry): { name: string; isDirectory: boolean; isLink: boolean } {
  const end = entry.indexOf("\0");
  const letter = entry.slice(end + 1);
  const isLink = letter === letters.link || letter === letters.linkToDirectory;
  const hasSlash = letter === letters.directory || letter === letters.linkToDirectory;
  const name = entry.slice(0, hasSlash ? end - 1 : end);
  return { name, isLink, isDirectory: letter === letters.directory };
}

function leadsToDirectory(link: string): boolean {
  return statSync(link, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const textOfName = (name: string) =>
  isAscii(name) ? name : Buffer.from(name, "latin1").toString("utf8");

const isAscii = (text: string) => !/[\u0080-\u00ff]/.test(text);

/** "Naming Amazon S3 objects": a key is UTF-8 and at most 1,024 bytes. */
const maxKeyBytes = 1024;

function reasonAgainst({ options }: Walk, name: string, path: string): string | undefined {
  if (!isAscii(name) && Buffer.from(textOfName(name)).toString("latin1") !== name) {
    return "the name is not UTF-8";
  }
  const bytes = (options.prefixBytes ?? 0) + Buffer.byteLength(path);
  return bytes > maxKeyBytes ? "the key would have over 1,024 bytes" : undefined;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  ELOOP: "a loop of symbolic links",
  ENOENT: "it leads nowhere, or has vanished",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  if (code === undefined) throw error;
  return reasons[code] ?? code;
}
