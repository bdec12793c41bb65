import { lstatSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { hash } from "node:crypto";
import { dirname, join, normalize } from "node:path";
import type { DownloadJob } from "../download-job.ts";
import { partPath } from "../part-file.ts";
import type { ListedObject } from "../s3/listing-page.ts";

// Objects whose content is where a symbolic link leads, as s3fs and runctl write them.

/** Whether the link that is there leads where the object says: its ETag is the MD5 of that. */
export function isLinkThere(
  { target }: Pick<DownloadJob, "target">,
  { etag }: ListedObject,
  path: string,
): boolean {
  try {
    const to = readlinkSync(join(target.root, path), "buffer");
    return hash("md5", to) === etag;
  } catch {
    return false;
  }
}

/**
 * Makes the link, unless it would lead out of the directory, where a later download might follow it. What it leads to
 * may pass through no other link, and go up (`..`) only at its beginning: else where it ends is said by links that may
 * change afterwards.
 */
export function makeLink(
  { links, target }: Pick<DownloadJob, "links" | "target">,
  path: string,
  to: string,
): { link: string } | { refused: string } {
  if (links === "refuse") return { refused: "a symbolic link" };
  const end = normalize(join(dirname(path), to));
  if (to === "" || to.startsWith("/") || to.includes("\0") || /^\.\.(\/|$)/.test(end)) {
    return { refused: `a symbolic link to '${to}', which leads out of the directory` };
  }
  if (goesUpLate(to)) {
    return { refused: `a symbolic link to '${to}', which goes up behind a name` };
  }
  if (passesLink(target.root, end)) {
    return { refused: `a symbolic link to '${to}', which leads through another one` };
  }
  writeLink(join(target.root, path), to);
  return { link: to };
}

function goesUpLate(to: string): boolean {
  const names = to.split("/").filter((name) => name !== "" && name !== ".");
  const down = names.findIndex((name) => name !== "..");
  return down >= 0 && names.includes("..", down);
}

/** The last name may be a link: it was held to the same rule. */
function passesLink(root: string, end: string): boolean {
  for (let above = dirname(end); above !== "."; above = dirname(above)) {
    if (lstatSync(join(root, above), { throwIfNoEntry: false })?.isSymbolicLink()) return true;
  }
  return false;
}

/** A symbolic link in place of whatever file is there. */
function writeLink(path: string, to: string): void {
  const part = partPath(path);
  rmSync(part, { force: true });
  symlinkSync(to, part);
  renameSync(part, path);
}
