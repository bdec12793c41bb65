#!/bin/sh
# make-image.sh FILE SIZE: an ext4 file system that a machine boots from: directories, accounts and
# settings of its own. Programs come from this computer's /usr, as the lower side of an overlay.
# Run it in a mount namespace of its own: the mount and its loop device end with the script.
set -eu
file=$1 size=$2
rm -f "$file"
truncate --size "$size" "$file"
mkfs.ext4 -q -F -m 0 -L cloudimg-rootfs -E lazy_itable_init=1,lazy_journal_init=1 "$file"
root=$file.root
mkdir -p "$root"
loop=$(losetup --find --show "$file")
# A device number keeps the read-only mark that an earlier user gave it.
blockdev --setrw "$loop"
mount -t ext4 -o noinit_itable "$loop" "$root" || { losetup --detach "$loop" && exit 1; }
# Freed while mounted, it goes when the mount does.
losetup --detach "$loop"
cd "$root"

mkdir -p .old .usr/upper/local/sbin .usr/work dev etc home mnt opt proc root run srv sys tmp usr var/cache var/lib var/log var/tmp
chmod 700 root
chmod 1777 tmp var/tmp
ln -s ../run var/run
ln -s ../run/lock var/lock
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then ln -s "usr/$name" "$name"; fi
done

# An allow-list: no passwords, no keys, nothing that says who works on this computer.
for name in nsswitch.conf ld.so.cache ld.so.conf ld.so.conf.d alternatives ssl/certs ssl/openssl.cnf \
  ca-certificates pki/tls/certs pki/ca-trust/extracted crypto-policies mke2fs.conf login.defs protocols \
  services localtime os-release debian_version; do
  [ -e "/etc/$name" ] || continue
  mkdir -p "etc/$(dirname "$name")"
  cp -a "/etc/$name" "etc/$name"
done
ln -sf /proc/self/mounts etc/mtab
echo 'search ec2.internal
nameserver 169.254.169.253' >etc/resolv.conf

# System accounts keep their numbers, because files in /usr have them.
awk -F: '$3 < 1000 || $3 == 65534' OFS=: /etc/passwd >etc/passwd
awk -F: '$3 < 1000 || $3 == 65534 { $4 = ""; print }' OFS=: /etc/group >etc/group
echo 'ec2-user:x:1000:1000:EC2 Default User:/home/ec2-user:/bin/bash' >>etc/passwd
echo 'ec2-user:x:1000:' >>etc/group
mkdir home/ec2-user
chown 1000:1000 home/ec2-user
chmod 700 home/ec2-user

# There are no passwords: root may become anybody, nobody else may.
mkdir etc/pam.d
for name in su su-l runuser runuser-l; do
  printf '%s\n' 'auth required pam_rootok.so' 'account required pam_permit.so' 'session required pam_permit.so' >etc/pam.d/$name
done

# Ending the machine is process 1's work; this computer's own commands would ask a systemd that is not there.
cat >.usr/upper/local/sbin/poweroff <<'X'
#!/bin/sh
exec kill -TERM 1
X
cat >.usr/upper/local/sbin/shutdown <<'X'
#!/bin/sh
for word; do
  case $word in
  -r | --reboot) echo 'shutdown: this machine cannot reboot: stop the instance and start it' >&2 && exit 1 ;;
  -c) exit 0 ;;
  +[1-9]*) (trap '' HUP && sleep "$((${word#+} * 60))" && kill -TERM 1) >/dev/null 2>&1 & exit 0 ;;
  esac
done
exec kill -TERM 1
X
cat >.usr/upper/local/sbin/reboot <<'X'
#!/bin/sh
exec shutdown --reboot
X
cat >.usr/upper/local/sbin/systemctl <<'X'
#!/bin/sh
for word; do
  case $word in
  poweroff | halt) exec kill -TERM 1 ;;
  reboot) exec shutdown --reboot ;;
  -*) ;;
  *) break ;;
  esac
done
echo 'System has not been booted with systemd as init system (PID 1). Can'\''t operate.' >&2
exit 1
X
cp .usr/upper/local/sbin/poweroff .usr/upper/local/sbin/halt
chmod 755 .usr/upper/local/sbin/*
# Also where a program that does not search PATH would find this computer's.
for name in poweroff halt shutdown reboot systemctl; do
  for directory in bin sbin; do
    if [ -d "/usr/$directory" ] && [ ! -L "/usr/$directory" ] && [ -e "/usr/$directory/$name" ]; then
      mkdir -p ".usr/upper/$directory"
      ln -s "/usr/local/sbin/$name" ".usr/upper/$directory/$name"
    fi
  done
done
cd /
umount "$root"
rmdir "$root"
