import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { mountsOf, type VolumeMounts } from "../../src/agent/find-mounts.ts";
import { mountAt } from "../../src/agent/mount-table.ts";
import { unmountVolume } from "../../src/agent/unmount-volume.ts";
import { systemClock as clock } from "../../src/clock.ts";
import { runProgram } from "../../src/run-program.ts";
import { skipReason as skip } from "./support/kernel-cloud.ts";

const log = { moment: () => undefined, note: () => undefined, console: () => undefined };
const volumeId = "vol-0123456789abcdef0";
const killHolders = { clock, log, deadlineMs: 5_000, killHolders: true };

test(
  "a program that has closed a file but maps it holds the mount, and is named or killed",
  { skip },
  async (t) => {
    const { mountPoint, find } = await mounted(t);
    const data = join(mountPoint, "data set");
    await writeFile(data, Buffer.alloc(4_096));
    const child = spawn("python3", ["-c", mapper, data], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    await once(child.stdout, "data");

    await assert.rejects(
      unmountVolume(volumeId, { ...killHolders, deadlineMs: 300, killHolders: false }, find),
      { code: "CONFLICT", message: /is in use by python/ },
    );
    await unmountVolume(volumeId, killHolders, find);

    assert.equal((await ended)[1], "SIGKILL");
    assert.equal(await mountAt(mountPoint), undefined);
  },
);

test("a holder that ends by itself before it is killed is no failure", { skip }, async (t) => {
  const { mountPoint, find } = await mounted(t);
  // The shell takes leave of its child at once, so that nothing of it is left.
  const script = '(cd "$1" && exec sleep 100) & echo $!; wait';
  const shell = spawn("sh", ["-c", script, "sh", mountPoint], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output] = (await once(shell.stdout, "data")) as [Buffer];
  const holder = Number(output.toString());
  while ((await readlink(`/proc/${holder}/cwd`)) !== mountPoint) await clock.sleep(5);
  // A note is written between the look and the SIGKILL.
  const note = () => {
    process.kill(holder, "SIGKILL");
    while (existsSync(`/proc/${holder}`)) continue;
  };

  await unmountVolume(volumeId, { ...killHolders, log: { ...log, note } }, find);

  assert.equal(await mountAt(mountPoint), undefined);
});

test(
  "bind mounts and what is mounted below are unmounted too; what a mount namespace of its own keeps is named",
  { skip },
  async (t) => {
    const { mountPoint, deviceNumber } = await mounted(t);
    const below = join(mountPoint, "below");
    const bind = join(mountPoint, "../bind");
    const find = async () => findOf([deviceNumber]);
    const script = `mkdir "$1" "$2"; mount -t tmpfs tmpfs "$1"; mount --bind "$0" "$2"
      exec unshare --mount --propagation private sh -c 'echo there; exec sleep 100'`;
    const child = spawn("sh", ["-c", script, mountPoint, below, bind], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.after(() => child.kill("SIGKILL"));
    await once(child.stdout, "data");
    const patient = { ...killHolders, killHolders: false };

    await assert.rejects(unmountVolume(volumeId, { ...patient, deadlineMs: 300 }, find), {
      message: new RegExp(`^${volumeId} is in use by .*sleep \\(${child.pid}\\)`),
    });
    for (const place of [below, bind, mountPoint]) assert.equal(await mountAt(place), undefined);
    child.kill("SIGKILL");
    await unmountVolume(volumeId, patient, find);
  },
);

// Python's own mmap keeps a descriptor.
const mapper = `
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
file = os.open(sys.argv[1], os.O_RDONLY)
PROT_READ = MAP_SHARED = 1
assert libc.mmap(None, 4096, PROT_READ, MAP_SHARED, file, 0) != ctypes.c_void_p(-1).value
os.close(file)
print("mapped", flush=True)
time.sleep(100)
`;

async function findOf(numbers: readonly string[]): Promise<VolumeMounts> {
  const deviceNumbers = new Set(numbers);
  return { mounts: await mountsOf(deviceNumbers), deviceNumbers, builtOn: [] };
}

/** `find` knows nothing of other mount namespaces: machines that boot for other tests have a copy for a moment. */
async function mounted(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "runctl-unmount-"));
  const mountPoint = join(folder, "mnt");
  await mkdir(mountPoint);
  await runProgram("mount", ["-t", "tmpfs", "tmpfs", mountPoint]);
  const { deviceNumber } = (await mountAt(mountPoint))!;
  const find = async () => ({
    ...(await findOf([deviceNumber])),
    deviceNumbers: new Set<string>(),
  });
  t.after(async () => {
    for (const place of (await find()).mounts)
      await runProgram("umount", ["--lazy", place.mountPoint]);
    await rm(folder, { recursive: true });
  });
  return { mountPoint, deviceNumber, find };
}
