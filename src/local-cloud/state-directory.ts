import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RunctlError } from "../errors.ts";
import { base32 } from "./base32.ts";
import type { SigningKeys } from "./iam/find-key.ts";
import type { ProcessIdentity } from "../process-identity.ts";

/** Secrets of one local cloud: random, and in no other. */
export interface CloudKeys extends SigningKeys {
  /** Opens the admin API. */
  adminToken: string;
}

/** What a running server says about itself. */
export interface RunningServer extends ProcessIdentity {
  endpoint: string;
  backend: "kernel" | "null";
  startedAt: string;
}

export const statePaths = (stateDirectory: string) => ({
  keys: join(stateDirectory, "keys.json"),
  running: join(stateDirectory, "running.json"),
  lock: join(stateDirectory, "lock.sqlite"),
  store: join(stateDirectory, "store.sqlite"),
  accessLog: join(stateDirectory, "access.log"),
  errorLog: join(stateDirectory, "errors.log"),
  clientConfig: join(stateDirectory, "aws-config"),
  s3: join(stateDirectory, "s3"),
});

/** RUNCTL_STATE_DIR, else `runctl/local-cloud` under the user's state directory. @see XDG Base Directory Specification. */
export function defaultStateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment["RUNCTL_STATE_DIR"];
  if (named) return named;
  const state = environment["XDG_STATE_HOME"] || join(homedir(), ".local", "state");
  return join(state, "runctl", "local-cloud");
}

export async function readKeys(stateDirectory: string): Promise<CloudKeys | undefined> {
  return readJson<CloudKeys>(statePaths(stateDirectory).keys);
}

export async function readRunning(stateDirectory: string): Promise<RunningServer | undefined> {
  return readJson<RunningServer>(statePaths(stateDirectory).running);
}

/** The directory as its one server holds it. */
export interface HeldDirectory {
  keys: CloudKeys;
  announce(server: RunningServer): Promise<void>;
  /** Says that nothing serves any more and lets another server in. */
  release(): Promise<void>;
}

/**
 * Makes the directory if it is new and takes it for this server.
 *
 * The lock is one that the system lets go when the process ends, however it ends: there is nothing stale to judge.
 *
 * @throws RunctlError CONFLICT when another server holds it; REFUSED for a directory of something else.
 */
export async function holdStateDirectory(stateDirectory: string): Promise<HeldDirectory> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  await requireOwnDirectory(stateDirectory);
  await chmod(stateDirectory, 0o700);
  const paths = statePaths(stateDirectory);
  const lock = takeLock(paths.lock, stateDirectory);
  try {
    const keys = (await readKeys(stateDirectory)) ?? newKeys();
    await writeSecret(paths.keys, keys);
    await writeFile(paths.clientConfig, clientConfig, { mode: 0o600 });
    return {
      keys,
      announce: (server) => writeSecret(paths.running, server),
      async release() {
        await rm(paths.running, { force: true });
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** What a server that was killed at its start may leave, and the log of whoever started it. */
const firstNames = /^(server\.log|keys\.json\.\d+|lock\.sqlite(-.*)?)$/;

/**
 * A home, /tmp or a project that was named by mistake would be closed to everybody else, and swept of what it has
 * where a local cloud keeps its own.
 *
 * @throws RunctlError REFUSED for a directory that has anything but the files of a local cloud.
 */
export async function requireOwnDirectory(stateDirectory: string): Promise<void> {
  const names = await readdir(stateDirectory);
  if (names.includes("keys.json") && names.includes("lock.sqlite")) return;
  const strange = names.find((name) => !firstNames.test(name));
  if (strange === undefined) return;
  const message = `${stateDirectory} is no directory of a local cloud: it has '${strange}'`;
  throw new RunctlError("REFUSED", message, {
    hint: "name one that is empty or not there by --state-dir",
  });
}

/**
 * What clients need that no environment variable says: botocore presigns S3 URLs by Signature Version 2 in the older
 * regions unless it is told otherwise, which buckets made since June 2020 do not take.
 *
 * @see AWS CLI user guide, "Configuring the AWS CLI for Amazon S3" (signature_version).
 */
const clientConfig = `# Written by runctl for the clients of this local cloud.
[default]
s3 =
    signature_version = s3v4
`;

function takeLock(path: string, stateDirectory: string): DatabaseSync {
  const lock = new DatabaseSync(path);
  try {
    lock.exec("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return lock;
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) throw cause;
    throw new RunctlError("CONFLICT", `a local cloud already runs in ${stateDirectory}`, {
      hint: "stop it with: runctl local down, or name another --state-dir",
      cause,
    });
  }
}

/** SQLITE_BUSY; @see sqlite.org, "Result and Error Codes". */
const isBusy = (error: unknown) =>
  error instanceof Error && "errcode" in error && Number(error.errcode) % 256 === 5;

function newKeys(): CloudKeys {
  return {
    accessKeyId: `AKIA${base32(randomBytes(10))}`,
    secretAccessKey: randomBytes(30).toString("base64"),
    sealKey: randomBytes(32).toString("hex"),
    adminToken: randomBytes(32).toString("base64url"),
  };
}

/** Replaces the file whole, readable by its owner only. */
async function writeSecret(path: string, content: unknown): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

async function readJson<Content>(path: string): Promise<Content | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
