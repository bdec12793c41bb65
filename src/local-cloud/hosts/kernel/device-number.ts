/** Major number of loop devices: admin-guide/devices.txt of the kernel. */
const loopMajor = 7;

/** The number N of `/dev/loopN` from a device number as `stat` gives it; undefined for other devices. */
export function loopNumber(device: number): number | undefined {
  // glibc's encoding: the major is bits 8–19, the minor bits 0–7 and 20–31.
  const major = (device >>> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >>> 12) & ~0xff);
  return major === loopMajor ? minor : undefined;
}
