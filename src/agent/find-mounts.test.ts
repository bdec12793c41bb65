import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { findMounts } from "./find-mounts.ts";

const mountinfo = [
  "20 1 259:0 / / rw,noatime - ext4 /dev/nvme0n1 rw",
  "30 20 259:4 / /srv/own rw - xfs /dev/nvme1n1p1 rw",
  "31 20 259:4 /sub /srv/bind rw - xfs /dev/nvme1n1p1 rw",
  "32 20 253:0 / /srv/secret rw - ext4 /dev/mapper/secret rw",
  "33 30 0:40 / /srv/own/cache rw - tmpfs tmpfs rw",
  "34 20 0:41 / /srv/owner rw - tmpfs tmpfs rw",
];

test("mounts are found by the volume's serial: partitions, what is built on them or mounted below, the last first", async (t) => {
  const root = await machine(t, {
    "sys/block/nvme0n1/device/serial": "vol0aaaaaaaaaaaaaaaa\n",
    "sys/block/nvme0n1/dev": "259:0\n",
    "sys/block/nvme1n1/device/serial": "vol0bbbbbbbbbbbbbbbb   \n",
    "sys/block/nvme1n1/dev": "259:3\n",
    "sys/block/nvme1n1/nvme1n1p1/dev": "259:4\n",
    "sys/block/nvme1n1/nvme1n1p2/dev": "259:5\n",
    "sys/block/nvme1n1/nvme1n1p2/holders/dm-0/dev": "253:0\n",
    "sys/block/loop0/dev": "7:0\n",
    "proc/self/mountinfo": mountinfo.join("\n"),
  });

  const { mounts, builtOn } = await findMounts("vol-0bbbbbbbbbbbbbbbb", root);

  assert.deepEqual(
    mounts.map((entry) => entry.mountPoint),
    ["/srv/own/cache", "/srv/secret", "/srv/bind", "/srv/own"],
  );
  assert.deepEqual(builtOn, ["dm-0"]);
  const { mounts: none, deviceNumbers } = await findMounts("vol-0cccccccccccccccc", root);
  assert.deepEqual([none, [...deviceNumbers]], [[], []]);
});

async function machine(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "runctl-machine-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}
