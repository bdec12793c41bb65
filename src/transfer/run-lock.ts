import {
  closeSync,
  constants,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import { RunctlError, systemCode } from "../errors.ts";
import { type ProcessIdentity, identifyProcess, isAlive } from "../process-identity.ts";
import { diskError } from "./disk-error.ts";
import { notPlain } from "./own-file.ts";

/** Something that only one run at a time may write to. */
export interface RunLock {
  release(): void;
}

const shape = z.object({ pid: z.number(), started: z.string() });

/** One answer for all locks: each object above 1 MiB has one. */
let own: Promise<ProcessIdentity | undefined> | undefined;

/** A lock whose content is not there yet is being made, unless a power loss took it. */
const makingMs = 1_000;

/**
 * Takes the lock file at `path`. That of a process that has ended, or ran before the last boot or on another machine,
 * is taken over: a killed run leaves nothing that has to be cleared away. Processes of another PID namespace (another
 * container) cannot be seen and count as ended.
 *
 * @param subject what is locked, as it is told.
 * @throws RunctlError CONFLICT when a process that lives has it.
 */
export async function lockRun(path: string, subject: string): Promise<RunLock> {
  const self = await (own ??= identifyProcess(process.pid));
  if (!self) throw new Error("this process cannot be found among those that run");
  try {
    for (let waited = false; ;) {
      if (create(path, self)) return { release: () => removeIfItCan(path) };
      const text = read(path);
      const owner = parse(text);
      if (owner && (await isAlive(owner))) throw isTaken(subject, owner.pid);
      if (text === "" && !waited) {
        await sleep(makingMs);
        waited = true;
      } else {
        takeAway(path, text);
      }
    }
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Two runs that write the same files would each take the other's for its own. */
export const lockDirectory = (root: string) => lockRun(join(root, directoryLockName), root);

/** Begins like the journal's name, which no upload or removal takes for a file of theirs. */
const directoryLockName = ".runctl-journal.lock";

/** A disk that has failed takes no removal, and what it failed with has been told. */
function removeIfItCan(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Once this process has ended, the lock counts for nothing.
  }
}

/** False: there is one. */
function create(path: string, self: ProcessIdentity): boolean {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  let file: number;
  try {
    file = openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o644);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    writeFileSync(file, JSON.stringify(self));
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Undefined: it is gone, or nothing that runctl made. */
function read(path: string): string | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return readFileSync(file, "utf8");
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (systemCode(error) === "EISDIR") throw notPlain(path);
    if (["ENOENT", "ELOOP", "ENXIO"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}

function parse(text: string | undefined): ProcessIdentity | undefined {
  try {
    return z.parse(shape, JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}

/** Two runs may find the same old lock: what one took away is looked at again, for it may be the other's new one. */
function takeAway(path: string, text: string | undefined): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (read(aside) !== text) linkSync(aside, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes(systemCode(error) ?? "")) throw error;
  }
  rmSync(aside, { force: true });
}

const isTaken = (subject: string, pid: number) =>
  new RunctlError("CONFLICT", `process ${pid} is downloading to ${subject}`, {
    hint: `wait until it has ended, or stop it: kill ${pid}`,
  });
