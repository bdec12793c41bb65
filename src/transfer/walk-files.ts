import { isUtf8 } from "node:buffer";
import { type Stats, opendirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { systemCode } from "../errors.ts";
import { isDirectory as leadsToDirectory } from "./look-at.ts";
import { isOwnName, isPartName } from "./part-file.ts";

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
  symlinks?: SymlinkPolicy | undefined;
  /** Follow links that leave the directory too; otherwise they are refused. */
  mayLeave?: boolean | undefined;
  /** Bytes of the key before the path. */
  prefixBytes?: number;
}

/**
 * The files below a directory in the order of S3's listings: by the bytes of the keys that they get. Special files,
 * loops of links and what cannot be read are named as refused, those in no order: what is refused has no key. What
 * runctl keeps for itself and unfinished files are passed over. One directory is in memory at a time, with those above it.
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
  let names: Name[];
  try {
    names = readNames(place, below);
  } catch (error) {
    if (below === "") throw error;
    yield { kind: "refused", path: below, reason: reasonOf(error) };
    return;
  }
  if (names.length === 0 && below !== "") yield { kind: "empty-directory", path: below };
  for (const { name, isDirectory, isLink } of names) {
    const text = textOfName(name);
    if (isPartName(text) || (below === "" && isOwnName(text))) continue;
    const path = below + text;
    const reason = reasonAgainst(place, name, path);
    if (reason) yield { kind: "refused", path, reason };
    else if (isLink) yield* walkLink(place, { path, isDirectory }, above);
    else if (isDirectory) yield* enter(place, path, above);
    else yield look(place, path);
  }
}

function* enter(place: Walk, path: string, above: readonly string[]): Generator<WalkedFile> {
  let id: string;
  try {
    id = idOf(statSync(join(place.root, path)));
  } catch (error) {
    yield { kind: "refused", path, reason: reasonOf(error) };
    return;
  }
  if (above.includes(id)) yield { kind: "refused", path, reason: "a loop of symbolic links" };
  else yield* walk(place, `${path}/`, [...above, id]);
}

const idOf = ({ dev, ino }: Stats) => `${dev}:${ino}`;

/** @param isDirectory whether it led to one when its place in the order was chosen. */
function* walkLink(
  place: Walk,
  { path, isDirectory }: { path: string; isDirectory: boolean },
  above: readonly string[],
): Generator<WalkedFile> {
  const { symlinks = "follow", mayLeave = false } = place.options;
  const full = join(place.root, path);
  if (symlinks === "skip") yield { kind: "skipped", path };
  else if (symlinks === "keep") yield keptLink(full, path);
  else {
    try {
      const real = realpathSync(full);
      const isInside = real === place.top || real.startsWith(place.top + sep);
      if (!isInside && !mayLeave) {
        const reason = `a symbolic link to ${real}, outside of the directory; --symlinks follow takes it`;
        yield { kind: "refused", path, reason };
      } else if (statSync(real).isDirectory() !== isDirectory) {
        yield { kind: "refused", path, reason: "a symbolic link that changed meanwhile" };
      } else if (isDirectory) yield* enter(place, path, above);
      else yield look(place, path);
    } catch (error) {
      yield { kind: "refused", path, reason: `a symbolic link: ${reasonOf(error)}` };
    }
  }
}

function keptLink(full: string, path: string): WalkedFile {
  try {
    const target = readlinkSync(full, "buffer");
    if (isUtf8(target)) return { kind: "link", path, target: target.toString() };
    return { kind: "refused", path, reason: "a symbolic link to what is not UTF-8" };
  } catch (error) {
    return { kind: "refused", path, reason: `a symbolic link: ${reasonOf(error)}` };
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

interface Name {
  /** Its bytes as Latin-1: compared as strings, they are in the order of S3. */
  name: string;
  isDirectory: boolean;
  isLink: boolean;
}

function readNames({ root, options }: Walk, below: string): Name[] {
  const names: (Name & { order: string })[] = [];
  // Entry by entry, so that there are no Dirents of a whole directory beside the names.
  const directory = opendirSync(join(root, below), { encoding: "latin1", bufferSize: 1024 });
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      const isLink = entry.isSymbolicLink();
      const isDirectory = isLink
        ? options.symlinks !== "skip" &&
          options.symlinks !== "keep" &&
          // Of one that leads nowhere, in a circle or to a closed place its own turn tells.
          leadsToDirectory(join(root, below, textOfName(entry.name)))
        : entry.isDirectory();
      // The keys below a directory have a slash after its name.
      names.push({
        name: entry.name,
        isDirectory,
        isLink,
        order: isDirectory ? `${entry.name}/` : entry.name,
      });
    }
  } finally {
    directory.closeSync();
  }
  return names.toSorted((a, b) => (a.order < b.order ? -1 : 1));
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
  EINVAL: "it is no link any more",
  ENOENT: "it leads nowhere, or has vanished",
};

function reasonOf(error: unknown): string {
  const code = systemCode(error);
  if (code === undefined) throw error;
  return reasons[code] ?? code;
}
