#!/bin/sh
# Process 1 of a machine: console, cloud-init's scripts, orphans, and the power button (SIGTERM).
# Descriptor 3 is the server, 4 the console log.
umount -l /.old
cd /

# The console is a pipe, so that opening it for writing never empties the log. Its reader outlives
# every other process and ends when this shell, the last writer, closes it.
(
  trap '' TERM HUP INT
  exec cat </dev/console >&4 3>&- 4>&-
) &
console=$!
exec 5>/dev/console 4>&- >&5 2>&5 </dev/null

power=on
trap 'power=off' TERM

echo ready >&3
read -r go <&3 || exit 1
exec 3>&-
[ "$go" = go ] || exit 1

imds=http://169.254.169.254/latest
cloud=/var/lib/cloud

# Leaves the instance id and the user data in /run; fails when nobody answered.
fetch_metadata() {
  token=$(curl -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' $imds/api/token) || return
  curl -sf -m 5 -H "X-aws-ec2-metadata-token: $token" -o /run/instance-id $imds/meta-data/instance-id || return
  status=$(curl -s -m 20 -H "X-aws-ec2-metadata-token: $token" -o /run/user-data -w '%{http_code}' $imds/user-data)
}

# What cloud-init does with scripts: those of scripts/per-boot at every boot, the user data once per instance id.
run_cloud_scripts() {
  # cloud-init asks for 120 s, too; curl's 22 is an answer, and it was no.
  tries=0
  until fetch_metadata; do
    if [ $? -eq 22 ] || [ $tries -eq 240 ]; then
      echo 'cloud scripts: the metadata service is disabled or does not answer'
      return
    fi
    tries=$((tries + 1))
    sleep 0.5
  done
  read -r id </run/instance-id || [ -n "$id" ]
  instance=$cloud/instances/$id
  mkdir -p "$instance/scripts" "$instance/sem" $cloud/scripts/per-boot
  ln -sfn "$instance" $cloud/instance

  for script in $cloud/scripts/per-boot/*; do
    [ -x "$script" ] || continue
    "$script" || echo "cloud scripts: $script exited with $?"
  done

  [ ! -e "$instance/sem/config_scripts_user" ] || return
  [ "$status" = 200 ] || return
  cp /run/user-data "$instance/user-data.txt"
  : >"$instance/sem/config_scripts_user"
  script=$instance/scripts/part-001
  # Compressed user data is allowed, as in cloud-init.
  gzip -dc <"$instance/user-data.txt" >"$script" 2>/dev/null || cp "$instance/user-data.txt" "$script"
  chmod 700 "$script"
  case $(head -c 2 "$script" | tr -d '\0') in
  '#!') "$script" || echo "cloud scripts: user data exited with $?" ;;
  *) echo 'cloud scripts: user data is not a script, nothing was run' ;;
  esac
}

{
  run_cloud_scripts 2>&1 | {
    trap '' TERM HUP INT
    exec tee -a /var/log/cloud-init-output.log
  }
} &

# A shell reaps every child that ends, its own or an orphan's, while it waits for one.
while [ $power = on ]; do
  sleep 1000 &
  wait $!
done

others() {
  found=
  for process in /proc/[0-9]*; do
    case ${process#/proc/} in
    1 | "$console") ;;
    *) found="$found ${process#/proc/}" ;;
    esac
  done
  [ -n "$found" ]
}
# $1 tenths of a second until nothing but the console's reader is left.
wait_for_others() {
  tenths=$1
  while others && [ "$tenths" -gt 0 ]; do
    sleep 0.1
    tenths=$((tenths - 1))
  done
  ! others
}

trap '' TERM
echo 'machine: shutting down'
kill -TERM -1
# systemd gives a unit 90 s (DefaultTimeoutStopSec) unless the unit asks for more.
wait_for_others 1200 || {
  echo "machine: killing$found"
  # shellcheck disable=SC2086
  kill -KILL $found 2>/dev/null
  wait_for_others 100 || echo "machine: still there:$found"
}
sync
while read -r source target _; do
  case "$source $target" in
  '/dev/nvme0n1 /') ;;
  /dev/*) mounts="$target ${mounts-}" ;;
  esac
done </proc/mounts
for target in ${mounts-}; do umount "$(printf %b "$target")"; done
sync
echo 'machine: power off'
exec >/dev/null 2>&1 5>&-
wait "$console"
