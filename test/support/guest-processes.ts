import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { initPid } from "../kernel/support/kernel-cloud.ts";

/** A process of an instance, as this computer sees it. */
export interface GuestProcess {
  pid: number;
  /** Its command line, words parted by spaces. */
  words: string;
}

/** The processes of an instance of the kernel backend whose command line begins like this. */
export async function guestProcesses(
  stateDirectory: string,
  instanceId: string,
  begin: string,
): Promise<GuestProcess[]> {
  const init = await initPid(stateDirectory, instanceId).catch(() => undefined);
  const namespace = init && pidNamespace(init);
  if (!namespace) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), words: commandLine(Number(name)) }))
    .filter(({ pid, words }) => words.startsWith(begin) && pidNamespace(pid) === namespace);
}

/** The agent of an instance; undefined before it was started and between two. */
export async function findAgent(
  stateDirectory: string,
  instanceId: string,
): Promise<GuestProcess | undefined> {
  return (
    await guestProcesses(stateDirectory, instanceId, "/opt/runctl/node /opt/runctl/agent")
  )[0];
}

/** Sends SIGKILL, and resolves once the process is gone; it may be so already. */
export async function killProcess({ pid }: GuestProcess): Promise<void> {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
  // A zombie has no command line.
  while (commandLine(pid) !== "") await delay(2);
}

/** Bytes that a process has written so far, to whatever; undefined once it is gone. */
export function bytesWritten({ pid }: GuestProcess): number | undefined {
  const line = /^wchar: (\d+)$/m.exec(readText(`/proc/${pid}/io`));
  return line ? Number(line[1]) : undefined;
}

function pidNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string {
  return readText(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trimEnd();
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
