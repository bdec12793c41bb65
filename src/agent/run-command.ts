import { spawn } from "node:child_process";
import { existsSync, openSync, closeSync } from "node:fs";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { RunctlError } from "../errors.ts";
import { commandScript, exportLines, loginScript } from "./command-script.ts";
import type { LoginUser } from "./login-user.ts";

export interface CommandFolders {
  /** Gone at reboot: pid and start time of the command. */
  run: string;
  /** Outlives a reboot: its exit code. */
  state: string;
}

export interface CommandLaunch extends CommandFolders {
  command: readonly string[];
  user: LoginUser;
  /** Where it runs. */
  folder: string;
  environment: Readonly<Record<string, string>>;
  /** Gets what it prints, appended. */
  logFile: string;
}

export type CommandStatus =
  | { kind: "not started" }
  | { kind: "running"; pid: number }
  /** As the shell counts: 128 + signal for one that a signal ended. */
  | { kind: "ended"; exitCode: number };

/** Exit code of a command whose end nobody saw: its shell was killed too. */
const killed = 137;

/**
 * Starts the command in a session, a process group and, under systemd, a scope of its own, so that it
 * outlives this agent. Never starts one that runs or has ended.
 */
export async function startCommand(launch: CommandLaunch, clock: Clock): Promise<void> {
  const { run, state, user, folder } = launch;
  await mkdir(run, { recursive: true });
  await mkdir(state, { recursive: true });
  if ((await commandStatus(launch)).kind !== "not started") return;

  const environmentFile = join(run, "environment");
  await writeFile(environmentFile, exportLines(launch.environment), { mode: 0o600 });
  await chown(environmentFile, user.uid, user.gid);
  const login = [user.shell, "-lc", loginScript, environmentFile, folder, ...launch.command];
  const script = ["sh", "-c", commandScript, "runctl-command", run, state];
  const words = [...scope(), ...script, String(user.uid), String(user.gid), ...login];
  const log = openSync(launch.logFile, "a");
  const child = spawn(words[0]!, words.slice(1), {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
    env: loginEnvironment(user),
  });
  closeSync(log);
  child.on("error", () => undefined);
  child.unref();

  const end = clock.now() + 10_000;
  while ((await commandStatus(launch)).kind === "not started") {
    if (child.exitCode !== null || clock.now() > end)
      throw new RunctlError("PROGRAM_FAILED", `the command could not be started`, {
        hint: `see ${launch.logFile}`,
      });
    await clock.sleep(10);
  }
}

/** What `login` sets; the rest comes from the profile. A machine without profile gets the usual path. */
function loginEnvironment({ name, home, shell }: LoginUser): Record<string, string> {
  return {
    HOME: home,
    USER: name,
    LOGNAME: name,
    SHELL: shell,
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  };
}

function scope(): string[] {
  if (!existsSync("/run/systemd/system")) return [];
  const properties = ["-p", "TimeoutStopSec=110", "--collect", "--quiet"];
  return ["systemd-run", "--scope", "--unit=runctl-command", ...properties];
}

/** Read from its files and from /proc, so that every agent of this machine says the same. */
export async function commandStatus({ run, state }: CommandFolders): Promise<CommandStatus> {
  const ended = () => readText(join(state, "exit-code"));
  const before = await ended();
  if (before) return { kind: "ended", exitCode: Number(before) };
  const processFile = await readText(join(run, "process"));
  if (!processFile) return { kind: "not started" };
  const [pid, startTime] = processFile.trim().split(" ");
  if ((await startTimeOf(Number(pid))) === startTime) return { kind: "running", pid: Number(pid) };
  // It may have ended between the two looks.
  const after = await ended();
  return { kind: "ended", exitCode: after ? Number(after) : killed };
}

/** Sends a signal to the command's whole process group; nothing happens when it has ended. */
export async function signalCommand(
  folders: CommandFolders,
  signal: NodeJS.Signals,
): Promise<void> {
  const status = await commandStatus(folders);
  if (status.kind !== "running") return;
  try {
    process.kill(-status.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Field 22 of /proc/PID/stat, counted behind the name, which may hold spaces; see "proc_pid_stat(5)". */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const text = await readText(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  // A zombie runs no more.
  return fields?.[0] === "Z" ? undefined : fields?.[19];
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
