import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runProgram } from "../../../run-program.ts";
import { isMounted } from "../../disks/pool.ts";
import { runScript } from "../../run-script.ts";
import { loopNumber } from "./device-number.ts";
import type { MachineDirectory } from "./machine-directory.ts";
import { scriptPath } from "./script-path.ts";

/** A disk as a machine has it. */
export interface MachineDisk {
  volumeId: string;
  /** Such as `nvme1n1`. */
  node: string;
  /** Number of the loop device behind it. */
  loop: number;
}

export interface DiskFile {
  volumeId: string;
  file: string;
}

/**
 * Gives `files` to the machine as `nvmeXn1` with the lowest free numbers, in this order (the root disk is the first of all).
 * Names and serials are those of a Nitro instance: AWS, EBS User Guide, "Map Amazon EBS volumes to NVMe device names".
 */
export async function addDisks(
  machine: MachineDirectory,
  files: readonly DiskFile[],
): Promise<MachineDisk[]> {
  const taken = new Set(disksOf(machine).map((disk) => disk.node));
  const nodes = files.map(() => takeFreeNode(taken));
  const args = files.flatMap(({ file }, index) => [nodes[index]!, file]);
  const script = [scriptPath("attach-disks.sh"), machine.devices, ...args];
  const loops = (await runScript(script)).stdout.trim().split("\n");
  const disks = files.map(({ volumeId }, index) => ({
    volumeId,
    node: nodes[index]!,
    loop: Number(loops[index]),
  }));
  for (const [index, disk] of disks.entries()) {
    await showDisk(machine, disk, (await stat(files[index]!.file)).size);
  }
  return disks;
}

/** The disks that the machine has now, read from its own devices. */
export function disksOf(machine: MachineDirectory): MachineDisk[] {
  const block = join(machine.devices, "block");
  if (!existsSync(block)) return [];
  return readdirSync(block).flatMap((node) => {
    const serial = join(block, node, "device", "serial");
    const device = join(machine.devices, "dev", node);
    if (!existsSync(serial) || !existsSync(device)) return [];
    const volumeId = readFileSync(serial, "utf8").trim().replace(/^vol/, "vol-");
    const loop = loopNumber(statSync(device).rdev);
    return loop === undefined ? [] : { volumeId, node, loop };
  });
}

/** Takes the names away first, so that nothing can open the disk any more. */
export async function hideDisk(machine: MachineDirectory, disk: MachineDisk): Promise<void> {
  for (const path of namesOf(machine, disk)) await rm(path, { force: true, recursive: true });
}

/** Lets the machine see the size that a disk has grown to. */
export async function showSize(
  machine: MachineDirectory,
  disk: MachineDisk,
  sizeBytes: number,
): Promise<void> {
  await writeFile(join(machine.devices, "block", disk.node, "size"), `${sizeBytes / 512}\n`);
}

export async function unmountDevices(machine: MachineDirectory): Promise<void> {
  for (let attempt = 0; isMounted(machine.devices); attempt++) {
    // The last program of a killed script may still stand in it for a moment.
    const okExits = attempt < 100 ? [0, 32] : [0];
    const { exitCode } = await runProgram("umount", [machine.devices], { okExits });
    if (exitCode !== 0) await delay(20);
  }
}

async function showDisk(machine: MachineDirectory, disk: MachineDisk, sizeBytes: number) {
  const { devices } = machine;
  const entry = join(devices, "block", disk.node);
  await mkdir(join(entry, "device"), { recursive: true });
  await mkdir(join(entry, "queue"), { recursive: true });
  const files = {
    dev: `7:${disk.loop}`,
    size: `${sizeBytes / 512}`,
    ro: "0",
    removable: "0",
    "queue/rotational": "0",
    "queue/logical_block_size": "512",
    "device/model": "Amazon Elastic Block Store".padEnd(40),
    // Last, because it is what makes the disk count as attached.
    "device/serial": disk.volumeId.replace("-", "").padEnd(20),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(entry, name), `${text}\n`);
  const [, , byNumber, byId] = namesOf(machine, disk);
  await linkAnew(`../block/${disk.node}`, byNumber!);
  await linkAnew(`../../${disk.node}`, byId!);
}

/** A server that was killed while it hid a disk may have left a name that comes up again. */
async function linkAnew(target: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}

function namesOf({ devices }: MachineDirectory, disk: MachineDisk): string[] {
  const serial = disk.volumeId.replace("-", "");
  return [
    join(devices, "dev", disk.node),
    join(devices, "block", disk.node),
    join(devices, "numbers", `7:${disk.loop}`),
    join(devices, "dev/disk/by-id", `nvme-Amazon_Elastic_Block_Store_${serial}`),
  ];
}

function takeFreeNode(taken: Set<string>): string {
  let number = 0;
  while (taken.has(`nvme${number}n1`)) number++;
  taken.add(`nvme${number}n1`);
  return `nvme${number}n1`;
}
