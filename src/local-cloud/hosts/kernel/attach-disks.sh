#!/bin/sh
# attach-disks.sh DEVICES [NODE FILE]...: gives disk files to a machine as the block devices DEVICES/dev/NODE,
# and prints the number of each one's loop device.
# One loop device per attachment: two mounts of the same one share a superblock, as no two real instances do.
set -eu
devices=$1
shift
if [ ! -e "$devices/ready" ]; then
  mkdir -p "$devices"
  mount -t tmpfs -o mode=755,size=4m dev "$devices"
  cd "$devices"
  mkdir -p dev/disk/by-id dev/pts dev/shm block numbers
  cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty dev
  chmod 666 dev/null dev/zero dev/full dev/random dev/urandom dev/tty
  mkfifo -m 600 dev/console
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  ln -s fd/0 dev/stdin
  ln -s fd/1 dev/stdout
  ln -s fd/2 dev/stderr
  : >ready
fi
while [ $# -gt 0 ]; do
  # Left by an attachment that was cut off. Its number may be another disk's by now.
  rm -f "$devices/dev/$1"
  # Without direct I/O on this file system losetup says so and fails, but has made the device.
  loop=$(losetup --find --show --direct-io=on "$2") || [ -n "$loop" ]
  # A device number keeps the read-only mark that an earlier user gave it.
  blockdev --setrw "$loop"
  mknod -m 660 "$devices/dev/$1" b 7 "${loop#/dev/loop}"
  echo "${loop#/dev/loop}"
  shift 2
done
