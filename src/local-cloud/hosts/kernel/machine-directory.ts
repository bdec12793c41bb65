import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isRunning, readIdentity, type ProcessIdentity } from "./process-identity.ts";

/** What is kept of a machine outside of this process: all that is needed to take it back or clean it away. */
export interface MachineDirectory {
  instanceId: string;
  path: string;
  /** A tmpfs with the machine's /dev and its block entries of /sys; mounted while the machine has disks. */
  devices: string;
  consoleLog: string;
  /** What the boot scripts complained about before the machine had a console. */
  bootLog: string;
  /** The process that holds the namespaces; the machine is off when it has ended. */
  runner(): ProcessIdentity | undefined;
  /** Process 1 of the machine. */
  init(): ProcessIdentity | undefined;
  /** Exists once the machine was ready and its endpoints answered. */
  bootedMark: string;
  isOn(): boolean;
  make(): Promise<void>;
  forgetProcesses(): Promise<void>;
}

export function machineDirectory(machines: string, instanceId: string): MachineDirectory {
  const path = join(machines, instanceId);
  const runner = () => readIdentity(join(path, "runner"));
  const bootedMark = join(path, "booted");
  return {
    instanceId,
    path,
    devices: join(path, "devices"),
    consoleLog: join(path, "console.log"),
    bootLog: join(path, "boot.log"),
    bootedMark,
    runner,
    init: () => readIdentity(join(path, "init")),
    isOn() {
      const identity = runner();
      return identity !== undefined && isRunning(identity);
    },
    make: async () => void (await mkdir(join(path, "root"), { recursive: true })),
    async forgetProcesses() {
      for (const name of ["booted", "init", "runner"]) await rm(join(path, name), { force: true });
    },
  };
}

export function machineDirectories(machines: string): MachineDirectory[] {
  if (!existsSync(machines)) return [];
  return readdirSync(machines).map((instanceId) => machineDirectory(machines, instanceId));
}
