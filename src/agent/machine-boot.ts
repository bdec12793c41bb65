import { readFileSync } from "node:fs";

/** Of /proc/PID/stat: USER_HZ, which is 100 on x86_64 and arm64 ("proc_pid_stat(5)"). */
const ticksPerSecond = 100;

/**
 * Tells one boot of this machine from the next. The kernel's own id alone would not: where a machine is a
 * container, it is that of the computer below, which did not boot again.
 */
export function bootId(): string {
  const kernel = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return `${kernel} ${firstProcessTicks()}`;
}

/** Since the machine's process 1 started; /proc/uptime alone is, in a container, that of the computer below. */
export function uptimeSeconds(): number {
  const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  return uptime - firstProcessTicks() / ticksPerSecond;
}

/** Field 22 of /proc/1/stat, counted behind the name, which may hold spaces. */
function firstProcessTicks(): number {
  const text = readFileSync("/proc/1/stat", "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[19]);
}
