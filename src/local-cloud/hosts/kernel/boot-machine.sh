#!/bin/sh
# boot-machine.sh MACHINE INIT HOST_NAME: process 1 of a machine until it has its own root directory.
# Descriptor 3 is the server: "network", later "ready" go there; "go" comes back.
set -eu
machine=$1 init=$2 host_name=$3
# This /proc is still the host's, so the process id in it is the one that the server needs.
read -r stat </proc/self/stat
# shellcheck disable=SC2086
set -- $stat
echo "$1 ${22}" >"$machine/init"

ip -batch - <<'IP'
link set lo up
address add 169.254.169.254/32 dev lo
address add 169.254.170.23/32 dev lo
IP
echo network >&3
echo "$host_name" >/proc/sys/kernel/hostname

# With the machine's devices at /dev, the mount table inside names them as an instance would.
root=$machine/root
mount --bind "$machine/devices/dev" /dev
mount -t ext4 -o noatime /dev/nvme0n1 "$root"
cd "$root"
# A read-only bind of /usr could be made writable from inside; what is written here lands on the root volume.
mount -t overlay -o lowerdir=/usr,upperdir=.usr/upper,workdir=.usr/work overlay usr
mount -t proc -o nosuid,nodev,noexec proc proc
mount -o bind,ro proc/sys proc/sys
if [ -e proc/sysrq-trigger ]; then mount -o bind,ro proc/sysrq-trigger proc/sysrq-trigger; fi
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount --bind "$machine/devices/block" sys/block
mount --bind "$machine/devices/block" sys/class/block
mount --bind "$machine/devices/numbers" sys/dev/block
mount --move /dev dev
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev shm dev/shm
mount -t tmpfs -o mode=755,nosuid,nodev run run

echo "$host_name" >etc/hostname
echo "127.0.0.1 localhost $host_name" >etc/hosts
[ -s etc/machine-id ] || { read -r id </proc/sys/kernel/random/uuid && echo "$id" | tr -d - >etc/machine-id; }
cp "$init" run/machine-init

# Opened here, where its path exists; nothing inside can name the file.
exec 4>>"$machine/console.log"
pivot_root . .old
exec chroot . setpriv --bounding-set -mknod,-sys_module,-sys_boot,-sys_time,-sys_rawio --inh-caps -all \
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
  AWS_ENDPOINT_URL=http://169.254.170.23:4566 sh /run/machine-init
