import type { Stats } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import ignore, { type Ignore } from "ignore";
import { RunctlError } from "../errors.ts";

export interface CodeFile {
  /** Relative to the code directory, with `/`. */
  path: string;
  stats: Stats;
}

const ignoreFiles = [".gitignore", ".runctlignore"];

/** What one folder's ignore files say, and where it is. */
interface Rules {
  folder: string;
  rules: Ignore;
}

/**
 * The files, folders and links of a code directory in byte order of their paths, without `.git` and without what
 * .gitignore and .runctlignore leave out, in every folder as git reads them.
 */
export async function listCode(directory: string): Promise<CodeFile[]> {
  const found: CodeFile[] = [];

  async function walk(folder: string, outer: readonly Rules[]): Promise<void> {
    const own = await rulesOf(directory, folder);
    const rules = own ? [...outer, own] : outer;
    for (const name of (await readdir(join(directory, folder))).toSorted()) {
      if (name === ".git") continue;
      const path = folder === "" ? name : `${folder}/${name}`;
      const stats = await lstat(join(directory, path));
      if (isIgnored(stats.isDirectory() ? `${path}/` : path, rules)) continue;
      if (stats.isDirectory() || stats.isFile() || stats.isSymbolicLink())
        found.push({ path, stats });
      if (stats.isDirectory()) await walk(path, rules);
    }
  }

  const root = await lstat(directory).catch((cause: unknown) => {
    throw new RunctlError("USAGE", `cannot read the code directory ${directory}`, {
      hint: "--code wants the directory that the command runs in",
      cause,
    });
  });
  if (!root.isDirectory())
    throw new RunctlError("USAGE", `${directory} is not a directory`, {
      hint: "--code wants the directory that the command runs in",
    });
  await walk("", []);
  return found.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

async function rulesOf(directory: string, folder: string): Promise<Rules | undefined> {
  const texts = await Promise.all(
    ignoreFiles.map((name) =>
      readFile(join(directory, folder, name), "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "";
        throw error;
      }),
    ),
  );
  if (texts.every((text) => text === "")) return undefined;
  return { folder, rules: ignore().add(texts.join("\n")) };
}

/** The innermost folder that has an opinion decides, as in git. */
function isIgnored(path: string, rules: readonly Rules[]): boolean {
  for (const { folder, rules: own } of rules.toReversed()) {
    const inside = folder === "" ? path : path.slice(folder.length + 1);
    const verdict = own.test(inside);
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}

const secretNames = [
  /^\.env(\..+)?$/,
  /^id_(rsa|dsa|ecdsa|ed25519)$/,
  /\.(pem|pfx|p12|ppk)$/,
  /^(\.?credentials|credentials\.(json|csv)|\.netrc|\.npmrc|\.pypirc|\.pgpass|accessKeys\.csv)$/i,
  /service[-_]?account.*\.json$/i,
];
const harmlessNames = /^\.env\.(example|sample|template|dist)$/;

const maxCodeBytes = 500_000_000;

/**
 * Refuses what probably shall not leave this machine.
 *
 * @throws RunctlError REFUSED naming the files.
 */
export function checkCode(
  files: readonly CodeFile[],
  { allowSecrets, allowLarge }: { allowSecrets: boolean; allowLarge: boolean },
): void {
  const secrets = files.filter(({ path, stats }) => !stats.isDirectory() && looksSecret(path));
  if (secrets.length > 0 && !allowSecrets) {
    const names = secrets.slice(0, 5).map(({ path }) => path);
    const more = secrets.length > names.length ? ` and ${secrets.length - names.length} more` : "";
    throw new RunctlError("REFUSED", `the code holds likely secrets: ${names.join(", ")}${more}`, {
      hint: "list them in .runctlignore, or give --allow-secrets",
    });
  }
  const bytes = files.reduce((sum, { stats }) => sum + (stats.isFile() ? stats.size : 0), 0);
  if (bytes > maxCodeBytes && !allowLarge)
    throw new RunctlError("REFUSED", `the code has ${Math.round(bytes / 1e6)} MB`, {
      hint: "list data in .runctlignore, put it on a volume, or give --allow-large-code",
    });
}

function looksSecret(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return !harmlessNames.test(name) && secretNames.some((pattern) => pattern.test(name));
}
