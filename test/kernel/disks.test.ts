import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelCloud, skipReason as skip, until, volumeId } from "./support/kernel-cloud.ts";

const one = volumeId(1);
const two = volumeId(2);
const byId = (id: string) =>
  `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${id.replace("-", "")}`;

test(
  "disks look like those of a Nitro instance, and no other disk is in /sys",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    await cloud.backend.createDisk(one, 3);
    const machine = await cloud.boot(1, { volumes: [one] });

    const { stdout } = await cloud.inside(
      machine,
      `
    cd /sys/block
    for disk in *; do echo $disk $(cat $disk/device/serial) $(cat $disk/device/model) $(cat $disk/size); done
    echo $(ls /sys/class/block)
    readlink -f ${byId(machine.rootVolumeId)} ${byId(one)}
    blockdev --getsize64 ${byId(one)}
    findmnt -no SOURCE,FSTYPE /`,
    );

    const model = "Amazon Elastic Block Store";
    assert.deepEqual(stdout.trim().split("\n"), [
      `nvme0n1 ${machine.rootVolumeId.replace("-", "")} ${model} 2097152`,
      `nvme1n1 ${one.replace("-", "")} ${model} 6291456`,
      "nvme0n1 nvme1n1",
      "/dev/nvme0n1",
      "/dev/nvme1n1",
      String(3 * 2 ** 30),
      "/dev/nvme0n1 ext4",
    ]);
  },
);

test("a disk appears when it is attached, and leaves when nobody uses it", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  await cloud.backend.createDisk(one, 1);
  await cloud.backend.createDisk(two, 1);
  const machine = await cloud.boot(1);
  const attach = (id: string) =>
    cloud.backend.attachDisk(machine.instanceId, { volumeId: id, deviceName: "/dev/sdf" });
  const detach = (id: string) => cloud.backend.detachDisk(machine.instanceId, id, { force: false });

  await attach(one);
  await attach(one);
  await attach(two);
  await cloud.inside(
    machine,
    `mkfs.ext4 -q ${byId(one)} && mount ${byId(one)} /mnt && echo kept >/mnt/file`,
  );
  assert.equal(await detach(one), "busy");
  assert.equal((await cloud.inside(machine, "cat /mnt/file")).stdout, "kept\n");

  await cloud.inside(machine, "umount /mnt");
  assert.equal(await detach(one), "detached");
  assert.equal(await detach(one), "detached");
  const left = await cloud.inside(
    machine,
    "echo $(ls /sys/block) and $(ls /dev | grep nvme); ls /dev/disk/by-id | wc -l; ls /sys/dev/block | wc -l",
  );
  assert.equal(left.stdout, "nvme0n1 nvme2n1 and nvme0n1 nvme2n1\n2\n2\n");

  await attach(one);
  const again = await cloud.inside(
    machine,
    `readlink -f ${byId(one)}; mount ${byId(one)} /mnt; cat /mnt/file`,
  );
  assert.equal(again.stdout, "/dev/nvme1n1\nkept\n");
});

test(
  "a disk that is mounted in a namespace inside the machine is busy, too",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    await cloud.backend.createDisk(one, 1);
    const machine = await cloud.boot(1, { volumes: [one] });
    const hide = `mkfs.ext4 -q ${byId(one)}; unshare --mount sh -c 'mount ${byId(one)} /mnt; : >/run/mounted; sleep 60' </dev/null >/dev/null 2>&1 & until [ -e /run/mounted ]; do sleep 0.02; done`;
    await cloud.inside(machine, hide);
    assert.equal((await cloud.inside(machine, "grep -c ' /mnt ' /proc/mounts")).stdout, "0\n");
    assert.equal(await cloud.backend.detachDisk(machine.instanceId, one, { force: false }), "busy");
  },
);

test(
  "a forced detach gives the machine I/O errors, and loses what was not synced",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    await cloud.backend.createDisk(one, 1);
    const [from, to] = [await cloud.boot(1, { volumes: [one] }), await cloud.boot(2)];
    await cloud.inside(
      from,
      `mkfs.ext4 -q ${byId(one)}; mount ${byId(one)} /mnt
    echo synced >/mnt/synced; sync
    # Writes on, as whoever calls sync on this computer meanwhile syncs this disk, too.
    (n=0; while echo line >>/mnt/unsynced; do n=$((n+1)); echo "$n" >/tmp/written; done) >/dev/null 2>&1 &
    until [ -s /tmp/written ]; do :; done`,
    );

    assert.equal(await cloud.backend.detachDisk(from.instanceId, one, { force: true }), "detached");

    const after = await cloud.inside(
      from,
      "echo late >/mnt/late || echo failed; ls /dev | grep nvme1; ls /mnt",
    );
    assert.match(after.stdout, /^failed\n/);
    assert.match(after.stderr, /Input\/output error/);
    assert.doesNotMatch(after.stdout, /nvme1/);

    await cloud.backend.attachDisk(to.instanceId, { volumeId: one, deviceName: "/dev/sdf" });
    const moved = await cloud.inside(
      to,
      `mount ${byId(one)} /mnt && cat /mnt/synced && cat /mnt/unsynced 2>/dev/null | wc -l`,
    );
    const written = await cloud.inside(from, "cat /tmp/written");
    assert.match(moved.stdout, /^synced\n\d+\n$/);
    assert.ok(Number(moved.stdout.split("\n")[1]) < Number(written.stdout), moved.stdout);
  },
);

test("a disk that grows is larger inside at once", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  await cloud.backend.createDisk(one, 1);
  const machine = await cloud.boot(1, { volumes: [one] });
  await cloud.inside(machine, `mkfs.xfs -q ${byId(one)}; mount ${byId(one)} /mnt`);
  await cloud.backend.growDisk(one, 2);
  const { stdout } = await cloud.inside(
    machine,
    `blockdev --getsz ${byId(one)}; cat /sys/block/nvme1n1/size; xfs_growfs /mnt >/dev/null; df -BM --output=size /mnt | tail -1`,
  );
  assert.match(stdout, /^4194304\n4194304\n +(19|20)\d\dM\n$/);
});

test("a snapshot of a disk in use is what was on it at that moment", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  await cloud.backend.createDisk(one, 1);
  const machine = await cloud.boot(1, { volumes: [one] });
  const writing = `mkfs.ext4 -q ${byId(one)}; mount ${byId(one)} /mnt; echo before >/mnt/before; sync
    (n=0; while echo $n >>/mnt/log; do n=$((n + 1)); sync /mnt/log; done) >/dev/null 2>&1 </dev/null &`;
  await cloud.inside(machine, writing);
  const { writtenBytes } = await cloud.backend.captureSnapshot(one, "snap-1");
  assert.ok(writtenBytes > 0 && writtenBytes < 2 ** 28, `${writtenBytes}`);
  await cloud.inside(machine, "echo after >/mnt/after; sync");

  await cloud.backend.createDisk(two, 2, "snap-1");
  await cloud.backend.attachDisk(machine.instanceId, { volumeId: two, deviceName: "/dev/sdg" });
  const { stdout } = await cloud.inside(
    machine,
    `mkdir /tmp/copy; mount ${byId(two)} /tmp/copy && cat /tmp/copy/before; ls /tmp/copy; blockdev --getsz ${byId(two)}`,
  );
  assert.match(stdout, /^before\nbefore\n(log\n)?lost\+found\n4194304\n$/);
});

test(
  "a root disk that is larger than its image has a file system of its own size",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    await cloud.backend.prepareImage("snap-image", 1);
    await cloud.backend.createDisk(volumeId(0xaa01), 3, "snap-image");
    const machine = await cloud.boot(1);
    const { stdout } = await cloud.inside(machine, "df -BM --output=size / | tail -1");
    assert.match(stdout, /^ +(29|30)\d\dM\n$/);
  },
);

test("a disk of two machines has two devices, as two instances have", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  await cloud.backend.createDisk(one, 1);
  const machines = [
    await cloud.boot(1, { volumes: [one] }),
    await cloud.boot(2, { volumes: [one] }),
  ];
  await until("both to see it", async () => {
    const seen = await Promise.all(
      machines.map((machine) => cloud.inside(machine, `cat /sys/block/nvme1n1/dev`)),
    );
    const numbers = new Set(seen.map(({ stdout }) => stdout.trim()));
    return numbers.size === 2 && !numbers.has("");
  });
});

test(
  "a disk can be written although the last user of its device made that read-only",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    await cloud.backend.createDisk(one, 1);
    const machine = await cloud.boot(1, { volumes: [one] });
    assert.equal(
      (await cloud.inside(machine, `blockdev --setro ${byId(one)}; blockdev --getro ${byId(one)}`))
        .stdout,
      "1\n",
    );
    assert.equal(
      await cloud.backend.detachDisk(machine.instanceId, one, { force: false }),
      "detached",
    );
    await cloud.backend.attachDisk(machine.instanceId, { volumeId: one, deviceName: "/dev/sdf" });
    assert.equal((await cloud.inside(machine, `blockdev --getro ${byId(one)}`)).stdout, "0\n");
  },
);
