import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync } from "node:fs";
import { platform } from "node:os";
import { join } from "node:path";
import { RunctlError } from "../errors.ts";
import { type Report, step } from "../progress.ts";
import { runProgram } from "../run-program.ts";
import { hasReflink } from "./disks/reflink.ts";
import { findProgram } from "./find-program.ts";
import { findCgroupHierarchy, type CgroupHierarchy } from "./hosts/kernel/machine-cgroup.ts";

/** One thing that the kernel backend needs or is better with. */
export interface Finding {
  name: string;
  state: "ok" | "missing" | "reduced";
  /** What was found, or what is lost without it. */
  detail: string;
  /** Debian's name of the package that brings it. */
  debianPackage?: string;
}

export interface Examination {
  backend: "kernel" | "null";
  /** Why it is that backend, in one sentence. */
  reason: string;
  findings: readonly Finding[];
}

/** Programs of the kernel backend, here or (all but the disk programs) inside its machines, and their Debian packages. */
const programs: Readonly<Record<string, string>> = {
  sh: "dash",
  awk: "mawk",
  mount: "mount",
  umount: "mount",
  losetup: "mount",
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  pivot_root: "util-linux",
  blkid: "util-linux",
  blockdev: "util-linux",
  "mkfs.ext4": "e2fsprogs",
  e2fsck: "e2fsprogs",
  resize2fs: "e2fsprogs",
  ip: "iproute2",
  curl: "curl",
  gzip: "gzip",
  chroot: "coreutils",
};

/** Bits of /proc/self/status CapEff: linux/capability.h. */
const capabilities = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_KILL: 5,
  CAP_SETUID: 7,
  CAP_NET_ADMIN: 12,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_MKNOD: 27,
} as const;

/** Looks at this computer; changes nothing that stays. */
export async function examineComputer(options: { stateDirectory: string }): Promise<Examination> {
  const findings =
    platform() === "linux"
      ? [
          capability(),
          ...Object.entries(programs).map(([name, debianPackage]) => program(name, debianPackage)),
          powerCutProgram(),
          loopDevices(),
          mergedUsr(),
          ...(await overlay()),
          cgroups(findCgroupHierarchy()),
          await disksThatClone(options.stateDirectory),
        ]
      : [{ name: "Linux", state: "missing" as const, detail: `this is ${platform()}` }];
  const missing = findings.filter(({ state }) => state === "missing");
  return missing.length === 0
    ? {
        backend: "kernel",
        reason: "everything that real machines and disks need is here",
        findings,
      }
    : { backend: "null", reason: missing.map(describe).join("; "), findings };
}

/** Undefined when the kernel backend can run. */
export function whyNoKernelBackend({ backend, reason }: Examination): string | undefined {
  return backend === "kernel" ? undefined : reason;
}

/**
 * Installs what is missing by apt-get. Returns the packages that were installed.
 *
 * @throws RunctlError CONFIGURATION where packages are installed in another way, or root is needed.
 */
export async function installMissing({ findings }: Examination, report: Report): Promise<string[]> {
  const lacking = findings.filter(({ state, debianPackage }) => state !== "ok" && debianPackage);
  const packages = [...new Set(lacking.map(({ debianPackage }) => debianPackage!))].toSorted();
  if (packages.length === 0) return [];
  if (!findProgram("apt-get")) {
    const names = lacking.map(({ name }) => name).join(" ");
    throw new RunctlError("CONFIGURATION", `only Debian's packages can be installed from here`, {
      hint: `install what brings ${names} (Debian: ${packages.join(" ")})`,
    });
  }
  if (process.getuid?.() !== 0) {
    throw new RunctlError("CONFIGURATION", "only root can install packages", {
      hint: `sudo apt-get install ${packages.join(" ")}`,
    });
  }
  await step(report, "apt-get update", () => aptGet(["update"]));
  await step(report, `apt-get install ${packages.join(" ")}`, () =>
    aptGet(["install", "--yes", "--no-install-recommends", ...packages]),
  );
  return packages;
}

async function aptGet(args: readonly string[]): Promise<void> {
  await runProgram("apt-get", args, {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    timeoutMs: 600_000,
  });
}

function describe({ name, detail }: Finding): string {
  return `${name}: ${detail}`;
}

function program(name: string, debianPackage: string): Finding {
  const path = findProgram(name);
  return path
    ? { name, state: "ok", detail: path, debianPackage }
    : { name, state: "missing", detail: "not installed", debianPackage };
}

function powerCutProgram(): Finding {
  const path = findProgram("perl") ?? findProgram("python3");
  const name = "perl or python3";
  return path
    ? { name, state: "ok", detail: path }
    : { name, state: "missing", detail: "not installed", debianPackage: "perl-base" };
}

function capability(): Finding {
  const status = readFileSync("/proc/self/status", "utf8");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  const lacking = Object.entries(capabilities)
    .filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n)
    .map(([name]) => name);
  const name = "root";
  if (lacking.length === 0) return { name, state: "ok", detail: "all capabilities are there" };
  const detail = process.getuid?.() === 0 ? `without ${lacking.join(", ")}` : "not root: try sudo";
  return { name, state: "missing", detail };
}

function loopDevices(): Finding {
  const name = "loop devices";
  return existsSync("/dev/loop-control")
    ? { name, state: "ok", detail: "/dev/loop-control" }
    : { name, state: "missing", detail: "no /dev/loop-control: modprobe loop" };
}

/** Machines find their programs under /usr alone. */
function mergedUsr(): Finding {
  const name = "merged /usr";
  return existsSync("/usr/bin/sh") && existsSync("/usr/bin/mount")
    ? { name, state: "ok", detail: "all programs are below /usr" }
    : { name, state: "missing", detail: "/bin is not a part of /usr" };
}

/** Tried in a namespace of its own, so that nothing stays mounted. */
async function overlay(): Promise<Finding[]> {
  if (!findProgram("unshare")) return [];
  const name = "overlay and namespaces";
  const script = `mount -t tmpfs probe /mnt && mkdir /mnt/upper /mnt/work /mnt/all &&
    mount -t overlay -o lowerdir=/usr,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/all`;
  const kinds = ["--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "--cgroup"];
  const { exitCode, stderr } = await runProgram("unshare", [...kinds, "sh", "-c", script], {
    okExits: Array.from({ length: 256 }, (_, code) => code),
  });
  return exitCode === 0
    ? [{ name, state: "ok", detail: "both can be made" }]
    : [{ name, state: "missing", detail: stderr.trim().split("\n")[0] ?? "refused" }];
}

function cgroups(hierarchy: CgroupHierarchy | undefined): Finding {
  const name = "device isolation";
  const reduced = (detail: string): Finding => ({ name, state: "reduced", detail });
  if (!hierarchy) return reduced("no cgroups: a machine that mounts devtmpfs sees foreign disks");
  try {
    const probe = mkdtempSync(join(hierarchy.directory, "runctl-probe-"));
    rmdirSync(probe);
  } catch {
    return reduced(`cannot make a cgroup in ${hierarchy.directory}`);
  }
  return hierarchy.limitsDevices
    ? { name, state: "ok", detail: "cgroup v1: foreign devices are refused" }
    : reduced("cgroup v2: a machine that mounts devtmpfs can open foreign disks");
}

async function disksThatClone(stateDirectory: string): Promise<Finding> {
  const name = "snapshots of disks in use";
  const debianPackage = "xfsprogs";
  mkdirSync(stateDirectory, { recursive: true });
  if (await hasReflink(stateDirectory)) {
    return { name, state: "ok", detail: "the state directory's file system clones files" };
  }
  const path = findProgram("mkfs.xfs");
  if (path) return { name, state: "ok", detail: `in a pool made by ${path}` };
  const detail = "without mkfs.xfs only a detached, frozen or idle disk can be copied";
  return { name, state: "reduced", detail, debianPackage };
}
