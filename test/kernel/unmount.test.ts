import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { mountAt } from "../../src/agent/mount-table.ts";
import { unmountVolume } from "../../src/agent/unmount-volume.ts";
import { systemClock as clock } from "../../src/clock.ts";
import { runProgram } from "../../src/run-program.ts";
import { skipReason as skip } from "./support/kernel-cloud.ts";

const log = { moment: () => undefined, note: () => undefined, console: () => undefined };
const killHolders = { clock, log, deadlineMs: 5_000, killHolders: true };

test(
  "a program that has closed a file but maps it holds the mount, and is named or killed",
  { skip },
  async (t) => {
    const mountPoint = await mounted(t);
    const data = join(mountPoint, "data set");
    await writeFile(data, Buffer.alloc(4_096));
    const child = spawn("python3", ["-c", mapper, data], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    await once(child.stdout, "data");

    await assert.rejects(
      unmountVolume(mountPoint, { ...killHolders, deadlineMs: 300, killHolders: false }),
      { code: "CONFLICT", message: /is in use by python/ },
    );
    await unmountVolume(mountPoint, killHolders);

    assert.equal((await ended)[1], "SIGKILL");
    assert.equal(await mountAt(mountPoint), undefined);
  },
);

test("a holder that ends by itself before it is killed is no failure", { skip }, async (t) => {
  const mountPoint = await mounted(t);
  // The shell takes leave of its child at once, so that nothing of it is left.
  const script = '(cd "$1" && exec sleep 100) & echo $!; wait';
  const shell = spawn("sh", ["-c", script, "sh", mountPoint], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output] = (await once(shell.stdout, "data")) as [Buffer];
  const holder = Number(output.toString());
  await clock.sleep(200);
  // A note is written between the look and the SIGKILL.
  const note = () => {
    process.kill(holder, "SIGKILL");
    while (existsSync(`/proc/${holder}`)) continue;
  };

  await unmountVolume(mountPoint, { ...killHolders, log: { ...log, note } });

  assert.equal(await mountAt(mountPoint), undefined);
});

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

async function mounted(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "runctl-unmount-"));
  const mountPoint = join(folder, "mnt");
  await mkdir(mountPoint);
  await runProgram("mount", ["-t", "tmpfs", "tmpfs", mountPoint]);
  t.after(async () => {
    if (await mountAt(mountPoint)) await runProgram("umount", ["--lazy", mountPoint]);
    await rm(folder, { recursive: true });
  });
  return mountPoint;
}
