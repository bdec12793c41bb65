#!/bin/sh
# power-on.sh MACHINE CGROUP BOOT INIT HOST_NAME: starts a machine in namespaces of its own.
# Leaves its process id and start time in MACHINE/runner before anything that would have to be cleaned up.
set -eu
machine=$1 cgroup=$2 boot=$3 init=$4 host_name=$5
read -r stat </proc/self/stat
# shellcheck disable=SC2086 # the fields are wanted one by one: 1 is the process id, 22 the start time
set -- $stat
echo "$1 ${22}" >"$machine/runner"
[ -z "$cgroup" ] || echo $$ >"$cgroup/cgroup.procs"
exec unshare --mount --pid --fork --kill-child=KILL --net --uts --ipc --cgroup \
  sh "$boot" "$machine" "$init" "$host_name"
