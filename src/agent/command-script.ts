/**
 * Runs the command, and outlives the agent: whoever looks later learns from its files how it ended.
 *
 * Arguments: folder of `process`, folder of `exit-code`, uid, gid, then what to run. `set -C` makes
 * the creation of `process` a lock: of two that start the command only one does. The traps keep this
 * shell alive when its group is signalled; the command itself gets the signals unchanged.
 */
export const commandScript = `
set -u
run=$1 state=$2 user=$3 group=$4
shift 4
set -C
echo "$$ $(cut -d' ' -f22 /proc/$$/stat)" 2>/dev/null >"$run/process" || exit 0
set +C
trap : TERM INT HUP USR1 USR2
setpriv --reuid "$user" --regid "$group" --init-groups "$@"
echo $? >"$state/exit-code.part"
mv "$state/exit-code.part" "$state/exit-code"
`;

/** What the login shell does: the launch's environment over that of the profile, then the command in its folder. */
export const loginScript = `. "$0" && cd "$1" && shift && exec "$@"`;

/** Lines that a shell reads as exports of exactly these values. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join("");
}
