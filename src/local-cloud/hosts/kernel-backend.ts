import { existsSync, mkdirSync, realpathSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { join } from "node:path";
import { createDiskFiles } from "../disks/disk-files.ts";
import {
  detachLater,
  freeLoopDevices,
  type LoopDevice,
  loopDevicesUnder,
  whileUnused,
} from "../disks/loop-devices.ts";
import type { Backend, GuestServices, Machine } from "./backend.ts";
import { lastOutput } from "./kernel/console-output.ts";
import { growToFile } from "./kernel/ext4-size.ts";
import { shutDownFileSystems } from "./kernel/guest-mounts.ts";
import { closeAll } from "./kernel/guest-sockets.ts";
import { createTurns } from "./kernel/in-turn.ts";
import { createMachineCgroups, findCgroupHierarchy } from "./kernel/machine-cgroup.ts";
import { addDisks, disksOf, hideDisk, showSize } from "./kernel/machine-devices.ts";
import {
  machineDirectories,
  machineDirectory,
  type MachineDirectory,
} from "./kernel/machine-directory.ts";
import { clearAway } from "./kernel/machine-remains.ts";
import { makeImage } from "./kernel/make-image.ts";
import { isSame, sendSignal, whenEnded } from "./kernel/process-identity.ts";
import { listenFor, startMachine } from "./kernel/start-machine.ts";

/** Real machines and disks, made of Linux namespaces and loop devices; needs root. */
export function createKernelBackend(options: { stateDirectory: string }): Backend {
  mkdirSync(options.stateDirectory, { recursive: true });
  // The kernel names the files of loop devices by their real path.
  const stateDirectory = realpathSync(options.stateDirectory);
  const machines = join(stateDirectory, "machines");
  const disks = createDiskFiles(stateDirectory);
  const cgroups = createMachineCgroups(stateDirectory, findCgroupHierarchy());
  const servers = new Map<string, HttpServer[]>();
  const inTurn = createTurns();
  const find = (instanceId: string) => machineDirectory(machines, instanceId);

  async function clear(machine: MachineDirectory): Promise<void> {
    closeAll(servers.get(machine.instanceId) ?? []);
    servers.delete(machine.instanceId);
    await clearAway(machine, disks, cgroups);
  }

  async function takeBack({ instanceId }: Machine, services: GuestServices): Promise<boolean> {
    const machine = find(instanceId);
    const runner = machine.runner();
    if (!runner || !machine.isOn() || !existsSync(machine.bootedMark)) {
      await clear(machine);
      return false;
    }
    if (!servers.has(instanceId)) {
      servers.set(instanceId, await listenFor(instanceId, runner.pid, services));
    }
    return true;
  }

  async function powerOn(machine: Machine, services: GuestServices): Promise<void> {
    const { instanceId, rootVolumeId, attachments, hostName } = machine;
    const directory = find(instanceId);
    await disks.prepare();
    await directory.make();
    await growToFile(disks.volumeFile(rootVolumeId));
    const cgroup = cgroups.make(instanceId);
    const volumeIds = [rootVolumeId, ...attachments.map(({ volumeId }) => volumeId)];
    try {
      await addVolumes(directory, volumeIds);
      const started = await startMachine(directory, { hostName, cgroup, services });
      servers.set(instanceId, started);
    } catch (error) {
      await clear(directory);
      throw error;
    }
  }

  function addVolumes(machine: MachineDirectory, volumeIds: readonly string[]): Promise<void> {
    return inTurn("loop devices", async () => {
      for (const volumeId of volumeIds) await freeStrays(await disks.loopsOf(volumeId));
      const files = volumeIds.map((volumeId) => ({ volumeId, file: disks.volumeFile(volumeId) }));
      for (const { loop } of await addDisks(machine, files)) {
        cgroups.allowDisk(machine.instanceId, loop);
      }
    });
  }

  /** Frees those that a server made and did not live to hand to a machine. */
  async function freeStrays(loops: readonly LoopDevice[]): Promise<void> {
    if (loops.length === 0) return;
    const owned = new Set(
      machineDirectories(machines)
        .flatMap(disksOf)
        .map(({ loop }) => loop),
    );
    await freeLoopDevices(loops.filter((loop) => !owned.has(loop.number) && !loop.goesAtLastClose));
  }

  return {
    kind: "kernel",

    async prepareImage(snapshotId, sizeGiB) {
      await disks.prepare();
      await makeImage(disks.snapshotFile(snapshotId), sizeGiB);
    },
    createDisk: (volumeId, sizeGiB, fromSnapshotId) =>
      disks.createVolume(volumeId, sizeGiB, fromSnapshotId),
    deleteDisk: (volumeId) => disks.deleteVolume(volumeId),
    captureSnapshot: (volumeId, snapshotId) => disks.captureSnapshot(volumeId, snapshotId),
    deleteSnapshot: (snapshotId) => disks.deleteSnapshot(snapshotId),
    async growDisk(volumeId, sizeGiB) {
      await disks.growVolume(volumeId, sizeGiB);
      for (const machine of machineDirectories(machines)) {
        const disk = disksOf(machine).find((each) => each.volumeId === volumeId);
        if (disk) await showSize(machine, disk, sizeGiB * 2 ** 30);
      }
    },

    boot: (machine, services) =>
      inTurn(machine.instanceId, async () => {
        if (!(await takeBack(machine, services))) await powerOn(machine, services);
      }),
    adopt: (machine, services) => inTurn(machine.instanceId, () => takeBack(machine, services)),

    async whenOff(instanceId) {
      const machine = find(instanceId);
      const runner = machine.runner();
      if (runner) await whenEnded(runner);
      await inTurn(instanceId, async () => {
        // Unless it was started again meanwhile.
        if (isSame(machine.runner(), runner)) await clear(machine);
      });
    },

    async pressPowerButton(instanceId) {
      const init = find(instanceId).init();
      if (init) sendSignal(init, "SIGTERM");
    },

    cutPower: (instanceId) =>
      inTurn(instanceId, async () => {
        const machine = find(instanceId);
        const attached = machine.isOn() ? disksOf(machine) : [];
        const own = await Promise.all(attached.map((disk) => disks.loopOf(disk)));
        const loops = own.flatMap((loop) => loop?.number ?? []);
        // The root disk goes down last: a program that fails for lack of it would have time to react.
        await shutDownFileSystems(loops.toReversed());
        await clear(machine);
      }),

    attachDisk: (instanceId, { volumeId }) =>
      inTurn(instanceId, async () => {
        const machine = find(instanceId);
        if (disksOf(machine).some((disk) => disk.volumeId === volumeId)) return;
        await addVolumes(machine, [volumeId]);
      }),

    detachDisk: (instanceId, volumeId, { force }) =>
      inTurn(instanceId, async () => {
        const machine = find(instanceId);
        const disk = disksOf(machine).find((each) => each.volumeId === volumeId);
        if (!disk) return "detached";
        const remove = async () => {
          await hideDisk(machine, disk);
          cgroups.denyDisk(instanceId, disk.loop);
        };
        const loop = await disks.loopOf(disk);
        if (!loop) {
          await remove();
          return "detached";
        }
        if (await whileUnused(loop, remove)) {
          await freeLoopDevices([loop]);
          return "detached";
        }
        if (!force) return "busy";
        await shutDownFileSystems([disk.loop]);
        await remove();
        await detachLater(loop);
        return "detached";
      }),

    consoleOutput: (instanceId) => lastOutput(find(instanceId).consoleLog),

    freeStrays: () =>
      inTurn("loop devices", async () => freeStrays(await loopDevicesUnder(disks.directory))),

    async stopServing() {
      for (const each of servers.values()) closeAll(each);
      servers.clear();
    },

    async releaseAll() {
      for (const machine of machineDirectories(machines)) {
        await inTurn(machine.instanceId, () => clear(machine));
      }
      await disks.release();
      await cgroups.removeAll();
    },
  };
}
