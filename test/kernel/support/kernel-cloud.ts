import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../../src/clock.ts";
import type { Backend, GuestServices, Machine } from "../../../src/local-cloud/hosts/backend.ts";
import { createKernelBackend } from "../../../src/local-cloud/hosts/kernel-backend.ts";
import { createImds } from "../../../src/local-cloud/imds/imds.ts";
import type { InstanceView } from "../../../src/local-cloud/imds/instance-view.ts";
import { runProgram, type ProgramResult } from "../../../src/run-program.ts";

/** Why a test of the kernel backend cannot run here; false where it can. */
export const skipReason: string | false =
  process.platform === "linux" && process.getuid?.() === 0
    ? false
    : "needs root on Linux: namespaces, loop devices, mounts";

export interface KernelCloud {
  backend: Backend;
  services: GuestServices;
  stateDirectory: string;
  /** Boots `i-…<number>` with a root volume of its own. */
  boot(number: number, options?: BootOptions): Promise<Machine>;
  /** Runs a script inside as root; in the machine's cgroup too, so that all its limits hold. */
  inside(machine: Machine, script: string): Promise<ProgramResult>;
  console(machine: Machine): Promise<string>;
  /** Waits until the console shows `text`, and returns all of it. */
  untilConsole(machine: Machine, text: string): Promise<string>;
}

interface BootOptions {
  userData?: string | Uint8Array;
  volumes?: readonly string[];
  view?: Partial<InstanceView>;
}

export function volumeId(number: number): string {
  return `vol-${number.toString(16).padStart(17, "0")}`;
}

/** A kernel backend in a state directory of its own; afterwards nothing of it may be left. */
export async function kernelCloud(t: TestContext): Promise<KernelCloud> {
  const stateDirectory = await mkdtemp(join(tmpdir(), "runctl-kernel-"));
  const backend = createKernelBackend({ stateDirectory });
  t.after(async () => {
    await backend.releaseAll();
    assert.deepEqual(await whatIsLeft(stateDirectory), []);
    await rm(stateDirectory, { recursive: true, force: true });
  });

  const views = new Map<string, InstanceView>();
  const services = servicesFor((instanceId) => views.get(instanceId));
  const console = async ({ instanceId }: Machine) =>
    Buffer.from(await backend.consoleOutput(instanceId)).toString();

  return {
    backend,
    services,
    stateDirectory,
    console,
    async boot(number, { userData, volumes = [], view } = {}) {
      const machine = machineOf(number, volumes);
      await backend.prepareImage("snap-image", 1);
      await backend.createDisk(machine.rootVolumeId, 1, "snap-image");
      views.set(machine.instanceId, { ...viewOf(machine.instanceId, userData), ...view });
      await backend.boot(machine, services);
      return machine;
    },
    inside: ({ instanceId }, script) => runInside(stateDirectory, instanceId, script),
    async untilConsole(machine, text) {
      await until(`"${text}" on the console`, async () => (await console(machine)).includes(text));
      return console(machine);
    },
  };
}

export function machineOf(number: number, volumes: readonly string[] = []): Machine {
  return {
    instanceId: `i-${number.toString(16).padStart(17, "0")}`,
    instanceType: "c5.2xlarge",
    hostName: `ip-172-31-0-${number}`,
    rootVolumeId: volumeId(0xaa00 + number),
    attachments: volumes.map((id) => ({ volumeId: id, deviceName: "/dev/sdf" })),
  };
}

export function servicesFor(find: (instanceId: string) => InstanceView | undefined): GuestServices {
  return {
    imds: createImds(find, systemClock),
    aws: (instanceId) => (request, response) => response.end(`${instanceId} ${request.url}`),
  };
}

export function viewOf(instanceId: string, userData?: string | Uint8Array): InstanceView {
  return {
    instanceId,
    instanceType: "c5.2xlarge",
    imageId: "ami-00000000000000001",
    lifecycle: "spot",
    accountId: "123456789012",
    region: "us-east-1",
    availabilityZone: "us-east-1a",
    availabilityZoneId: "use1-az1",
    privateIp: "172.31.0.5",
    privateDnsName: "ip-172-31-0-5.ec2.internal",
    securityGroups: ["default"],
    launchTime: new Date("2026-11-23T10:00:00.123Z"),
    tags: { Name: "training" },
    userData: typeof userData === "string" ? Buffer.from(userData) : userData,
    blockDevices: { ami: "/dev/xvda", root: "/dev/xvda" },
    httpTokens: "required",
    httpEndpoint: "enabled",
    role: undefined,
    spotAction: undefined,
    rebalanceNoticeTime: undefined,
  };
}

export async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await check())) {
    assert.ok(Date.now() < deadline, `waited 120 s for ${what}`);
    await delay(20);
  }
}

/** The number of the machine's process 1 on this computer. */
export async function initPid(stateDirectory: string, instanceId: string): Promise<number> {
  return Number.parseInt(
    await readFile(join(stateDirectory, "machines", instanceId, "init"), "utf8"),
  );
}

export async function runInside(
  stateDirectory: string,
  instanceId: string,
  script: string,
): Promise<ProgramResult> {
  const pid = await initPid(stateDirectory, instanceId);
  const path = /^\d+:devices:(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"))?.[1];
  const joinCgroup = path ? `echo $$ >/sys/fs/cgroup/devices${path}/cgroup.procs;` : "";
  const enter = `${joinCgroup} exec nsenter --target ${pid} --mount --pid --net --uts --ipc --root --wd=/ setpriv --bounding-set -mknod,-sys_module,-sys_boot,-sys_time,-sys_rawio --inh-caps -all sh -c "$1"`;
  return runProgram("sh", ["-c", enter, "inside", script], {
    okExits: Array.from({ length: 256 }, (_, code) => code),
    timeoutMs: 120_000,
  });
}

/** Loop devices, mounts, processes and cgroups that still belong to the state directory. */
export async function whatIsLeft(stateDirectory: string): Promise<string[]> {
  // Columns would be as wide as the devices of others need them.
  const columns = ["--list", "--raw", "--noheadings", "-O", "NAME,BACK-FILE"];
  const loops = (await runProgram("losetup", columns)).stdout;
  const mine = (text: string) => text.split("\n").filter((line) => line.includes(stateDirectory));
  const mounts = mine(readFileSync("/proc/self/mountinfo", "utf8"));
  // The last script of a boot that names the directory is gone after it; then the cgroup tells.
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => readOrNothing(`/proc/${name}/cmdline`).replaceAll("\0", " "))
    .filter((text) => text.includes(stateDirectory));
  const cgroups = ["/sys/fs/cgroup/devices", "/sys/fs/cgroup"]
    .filter(existsSync)
    .flatMap((directory) => readdirSync(directory, { withFileTypes: true }))
    .filter((entry) => entry.name === cgroupName(stateDirectory))
    .map(({ name }) => name);
  return [...mine(loops), ...mounts, ...processes, ...cgroups];
}

function cgroupName(stateDirectory: string): string {
  return `runctl-${createHash("sha256").update(stateDirectory).digest("hex").slice(0, 12)}`;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
