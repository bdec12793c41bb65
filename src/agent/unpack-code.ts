import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, lchown, mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { extract, type Header } from "tar-stream";
import { RunctlError } from "../errors.ts";
import type { LoginUser } from "./login-user.ts";

/**
 * Unpacks `--code` into a folder of the login user, which is complete once it is there.
 *
 * @param archive a .tar.zst file
 * @throws RunctlError VERIFICATION_FAILED for other bytes than were staged, REFUSED for names that leave the folder.
 */
export async function unpackCode(
  archive: string,
  sha256: string,
  folder: string,
  owner: LoginUser,
): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(archive), hash);
  const found = hash.digest("hex");
  if (found !== sha256)
    throw new RunctlError(
      "VERIFICATION_FAILED",
      `the code has the SHA-256 ${found}, not ${sha256}`,
    );
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  const entries = extract();
  const unpacked = pipeline(createReadStream(archive), createZstdDecompress(), entries);
  // What goes wrong in it also ends the loop, which tells it.
  unpacked.catch(() => undefined);
  const links: Header[] = [];
  for await (const entry of entries) {
    const path = join(part, safeName(entry.header.name));
    if (entry.header.type === "directory") await mkdir(path, { recursive: true });
    else if (entry.header.type === "file") {
      await mkdir(dirname(path), { recursive: true });
      await pipeline(entry, createWriteStream(path));
      await chmod(path, (entry.header.mode ?? 0o644) & 0o777);
    } else if (entry.header.type === "symlink") links.push(entry.header);
    entry.resume();
  }
  await unpacked;
  // Last, so that nothing is written through a link.
  for (const { name, linkname } of links) {
    const path = join(part, safeName(name));
    await mkdir(dirname(path), { recursive: true });
    await symlink(linkname ?? "", path);
  }
  await giveTo(part, owner);
  await rename(part, folder);
}

function safeName(name: string): string {
  const clean = normalize(name);
  if (clean.startsWith("/") || clean === ".." || clean.startsWith("../"))
    throw new RunctlError("REFUSED", `the code holds '${name}', which would leave its folder`);
  return clean;
}

async function giveTo(folder: string, { uid, gid }: LoginUser): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await lchown(join(entry.parentPath, entry.name), uid, gid);
  await lchown(folder, uid, gid);
}
