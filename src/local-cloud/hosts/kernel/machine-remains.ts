import { setTimeout as delay } from "node:timers/promises";
import type { DiskFiles } from "../../disks/disk-files.ts";
import { freeLoopDevices, type LoopDevice } from "../../disks/loop-devices.ts";
import type { MachineCgroups } from "./machine-cgroup.ts";
import { disksOf, unmountDevices } from "./machine-devices.ts";
import type { MachineDirectory } from "./machine-directory.ts";
import { sendSignal, whenEnded } from "./process-identity.ts";

/** Kills what runs of a machine and frees all that it holds, at whatever point its boot or its end was left. */
export async function clearAway(
  machine: MachineDirectory,
  disks: DiskFiles,
  cgroups: MachineCgroups,
): Promise<void> {
  await killProcesses(machine, cgroups);
  await freeLoopDevices(await loopsOf(machine, disks));
  await unmountDevices(machine);
  await cgroups.remove(machine.instanceId);
  await machine.forgetProcesses();
}

async function killProcesses(machine: MachineDirectory, cgroups: MachineCgroups): Promise<void> {
  const runner = machine.runner();
  const init = machine.init();
  if (init) sendSignal(init, "SIGKILL");
  if (runner) sendSignal(runner, "SIGKILL");
  let left = cgroups.processes(machine.instanceId);
  while (left.length > 0) {
    for (const pid of left) kill(pid);
    await delay(5);
    left = cgroups.processes(machine.instanceId);
  }
  if (runner) await whenEnded(runner);
}

async function loopsOf(machine: MachineDirectory, disks: DiskFiles): Promise<LoopDevice[]> {
  const loops = await Promise.all(disksOf(machine).map((disk) => disks.loopOf(disk)));
  return loops.filter((loop) => loop !== undefined);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
