import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findCgroupHierarchy } from "../../src/local-cloud/hosts/kernel/machine-cgroup.ts";
import { kernelCloud, skipReason as skip } from "./support/kernel-cloud.ts";

test("nothing private of this computer is visible inside", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const secret = `secret-${process.hrtime.bigint()}`;
  const places = await Promise.all(
    [homedir(), tmpdir(), "/var/tmp"].map((directory) => mkdtemp(join(directory, "seen-"))),
  );
  t.after(() => Promise.all(places.map((place) => rm(place, { recursive: true, force: true }))));
  const files = [...places, cloud.stateDirectory].map((directory) => join(directory, secret));
  await Promise.all(files.map((file) => writeFile(file, secret)));

  const machine = await cloud.boot(1);
  const { stdout } = await cloud.inside(
    machine,
    `
    find / -xdev -name '${secret}'; find /root /home /tmp /var /run /opt /mnt -mindepth 1 -name 'seen-*'
    for file in ${files.join(" ")} ${cloud.stateDirectory} /etc/shadow /etc/gshadow /etc/ssh /etc/ssl/private /etc/sudoers; do
      [ ! -e $file ] || echo "visible: $file"
    done
    grep -l -e '${cloud.stateDirectory}' /proc/mounts /proc/1/cmdline /proc/1/environ`,
  );
  assert.equal(stdout, "");
});

test("accounts are those of the system and ec2-user", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const machine = await cloud.boot(1);
  const { stdout } = await cloud.inside(
    machine,
    "awk -F: '$3 >= 1000 && $3 != 65534 {print $1}' /etc/passwd; runuser -u ec2-user -- sh -c 'echo $(id -u) && touch ~ec2-user/mine'; cat /etc/hostname",
  );
  assert.equal(stdout, "ec2-user\n1000\nip-172-31-0-1\n");
});

test("devices of this computer can be neither made nor opened inside", { skip }, async (t) => {
  if (!findCgroupHierarchy()?.limitsDevices) return t.skip("needs the devices cgroup (v1)");
  const cloud = await kernelCloud(t);
  const machine = await cloud.boot(1);
  const { stdout } = await cloud.inside(
    machine,
    `
    mknod /tmp/disk b 7 0 2>/dev/null && echo made a node
    mkdir /mnt/dev && mount -t devtmpfs devtmpfs /mnt/dev || echo no devtmpfs
    for disk in /mnt/dev/*; do
      [ -b $disk ] || continue
      [ $(stat -c %t:%T $disk) = $(stat -c %t:%T /dev/nvme0n1) ] && continue
      dd if=$disk of=/dev/null bs=512 count=1 2>/dev/null && echo "opened $disk"
    done
    head -c 1 /mnt/dev/mem /mnt/dev/kmsg 2>/dev/null
    dd if=/dev/nvme0n1 of=/dev/null bs=512 count=1 2>/dev/null && echo own disk`,
  );
  assert.equal(stdout, "own disk\n");
});

test("programs of this computer cannot be changed from inside", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const machine = await cloud.boot(1);
  const name = `planted-${process.pid}`;
  const { stdout } = await cloud.inside(
    machine,
    `
    mount -o remount,rw /usr
    echo planted >/usr/bin/${name} && cat /usr/bin/${name}
    echo 1 >/proc/sys/kernel/sysrq 2>/dev/null && echo changed the kernel`,
  );
  assert.equal(stdout, "planted\n");
  assert.ok(!existsSync(`/usr/bin/${name}`));
});

test("other machines and processes cannot be seen or signalled", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const [one, two] = [await cloud.boot(1), await cloud.boot(2)];
  const hostName = readFileSync("/proc/sys/kernel/hostname", "utf8");
  const { stdout } = await cloud.inside(one, "ls /proc | grep -c '^[0-9]'; kill -9 -1");
  assert.ok(Number(stdout) < 20);
  assert.equal((await cloud.inside(two, "hostname")).stdout, "ip-172-31-0-2\n");
  assert.equal(readFileSync("/proc/sys/kernel/hostname", "utf8"), hostName);
});
