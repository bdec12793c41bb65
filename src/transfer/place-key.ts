import { isOwnName, isPartName } from "./part-file.ts";

/** Where an object of a prefix belongs under the target directory. */
export type Placement =
  | { kind: "file"; path: string }
  | { kind: "directory"; path: string }
  /** Why no file can or may be made of it. */
  | { kind: "refused"; reason: string };

/** Linux: NAME_MAX, and PATH_MAX less room for the directory itself. */
const maxNameBytes = 255;
const maxPathBytes = 3072;

/**
 * The path of a key, relative to the target directory. It never leaves that directory.
 *
 * @param relativeKey the key without the prefix of the download.
 */
export function placeKey(relativeKey: string, sizeBytes: number): Placement {
  const isDirectory = relativeKey.endsWith("/");
  const path = isDirectory ? relativeKey.slice(0, -1) : relativeKey;
  const reason =
    isDirectory && sizeBytes > 0 ? "the key ends in a slash and has content" : reasonAgainst(path);
  if (reason) return { kind: "refused", reason };
  return { kind: isDirectory ? "directory" : "file", path };
}

function reasonAgainst(path: string): string | undefined {
  if (path.startsWith("/")) return "the path is absolute";
  if (path.includes("\0")) return "the key holds a NUL character";
  if (Buffer.byteLength(path) > maxPathBytes) return "the path is too long";
  const names = path.split("/");
  for (const name of names) {
    if (name === "") return "the path has an empty name";
    if (name === "." || name === "..") return `the path has the name '${name}'`;
    if (Buffer.byteLength(name) > maxNameBytes) return "a name has more than 255 bytes";
    if (isPartName(name)) return `runctl uses the name ${name}`;
  }
  const [top = ""] = names;
  return isOwnName(top) ? `runctl uses the name ${top}` : undefined;
}

/**
 * Finds keys that need a directory where an earlier key is a file. Keys must come in S3's order, in which
 * all keys that begin with a given one follow it without a gap.
 */
export function createCollisionCheck(): CollisionCheck {
  const begun: string[] = [];
  return {
    place(placement) {
      if (placement.kind === "refused") return placement;
      const { path } = placement;
      while (begun.length > 0 && !path.startsWith(begun.at(-1)!)) begun.pop();
      const inTheWay = begun.find((file) => path === file || path.startsWith(`${file}/`));
      if (inTheWay !== undefined) {
        return { kind: "refused", reason: `'${inTheWay}' is a file already` };
      }
      if (placement.kind === "file") begun.push(path);
      return placement;
    },
    isFile: (path) => begun.includes(path),
  };
}

interface CollisionCheck {
  /** The placement, or why it cannot be. */
  place(placement: Placement): Placement;
  /** Whether a path that the last placed one begins with is that of a file. */
  isFile(path: string): boolean;
}
