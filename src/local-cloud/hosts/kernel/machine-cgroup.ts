import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** null, zero, full, random, urandom; tty; ptmx and pseudo-terminals. Making nodes (m) is not allowed. */
const allowedDevices = [
  "c 1:3 rw",
  "c 1:5 rw",
  "c 1:7 rw",
  "c 1:8 rw",
  "c 1:9 rw",
  "c 5:0 rw",
  "c 5:2 rw",
  "c 136:* rw",
];

/** Where this computer lets cgroups be made. */
export interface CgroupHierarchy {
  directory: string;
  /** cgroup v1 refuses foreign devices by a list; v2 would need an eBPF program, and has no such check here. */
  limitsDevices: boolean;
}

/** The hierarchy with the devices controller, else the unified one, else undefined. */
export function findCgroupHierarchy(
  mountinfo = readFileSync("/proc/self/mountinfo", "utf8"),
): CgroupHierarchy | undefined {
  const mounts = mountinfo.split("\n").map((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [type, , options = ""] = after.split(" ");
    return { directory: before.split(" ")[4] ?? "", type, options: options.split(",") };
  });
  const v1 = mounts.find(({ type, options }) => type === "cgroup" && options.includes("devices"));
  if (v1) return { directory: v1.directory, limitsDevices: true };
  const v2 = mounts.find(({ type }) => type === "cgroup2");
  return v2 && { directory: v2.directory, limitsDevices: false };
}

/** The cgroups of one local cloud, told apart by its state directory. */
export function createMachineCgroups(
  stateDirectory: string,
  hierarchy: CgroupHierarchy | undefined,
): MachineCgroups {
  const hash = createHash("sha256").update(stateDirectory).digest("hex").slice(0, 12);
  const parent = hierarchy && join(hierarchy.directory, `runctl-${hash}`);
  const limit = (instanceId: string, file: string, rule: string) => {
    if (!parent || !hierarchy.limitsDevices) return;
    const path = join(parent, instanceId, file);
    if (existsSync(path)) writeFileSync(path, rule);
  };

  return {
    make(instanceId) {
      if (!parent) return undefined;
      const path = join(parent, instanceId);
      try {
        mkdirSync(path, { recursive: true });
      } catch {
        return undefined;
      }
      limit(instanceId, "devices.deny", "a");
      for (const rule of allowedDevices) limit(instanceId, "devices.allow", rule);
      return path;
    },
    allowDisk: (instanceId, loop) => limit(instanceId, "devices.allow", `b 7:${loop} rw`),
    denyDisk: (instanceId, loop) => limit(instanceId, "devices.deny", `b 7:${loop} rwm`),
    processes(instanceId) {
      if (!parent) return [];
      try {
        const text = readFileSync(join(parent, instanceId, "cgroup.procs"), "utf8");
        return text.split("\n").filter(Boolean).map(Number);
      } catch {
        return [];
      }
    },
    async remove(instanceId) {
      if (parent) await removeWhenEmpty(join(parent, instanceId));
    },
    async removeAll() {
      if (!parent || !existsSync(parent)) return;
      for (const entry of readdirSync(parent, { withFileTypes: true })) {
        if (entry.isDirectory()) await removeWhenEmpty(join(parent, entry.name));
      }
      await removeWhenEmpty(parent);
    },
  };
}

export interface MachineCgroups {
  /** The directory, or undefined where no cgroup can be made. */
  make(instanceId: string): string | undefined;
  allowDisk(instanceId: string, loop: number): void;
  denyDisk(instanceId: string, loop: number): void;
  /** Process ids, also those of a machine that did not finish booting. */
  processes(instanceId: string): number[];
  remove(instanceId: string): Promise<void>;
  removeAll(): Promise<void>;
}

/** A cgroup stays busy for some milliseconds after its last process has ended. */
async function removeWhenEmpty(path: string): Promise<void> {
  for (let attempt = 0; existsSync(path); attempt++) {
    try {
      rmdirSync(path);
    } catch (error) {
      if (attempt === 100) throw error;
      await delay(20);
    }
  }
}
