import { readFile, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Clock } from "../clock.ts";
import { RunctlError } from "../errors.ts";

export interface DeviceSearch {
  clock: Clock;
  signal: AbortSignal;
  /** Milliseconds; default 60,000. */
  deadlineMs?: number;
  /** Other than `/` in tests. */
  root?: string;
}

/**
 * The block device of an attached volume, by the volume's id and never by the order of the devices.
 *
 * Two witnesses must agree: the link that udev made, and the serial that the kernel read from the
 * device. The link alone can be stale for a moment after a detach and attach.
 *
 * @see AWS page "Map Amazon EBS volumes to NVMe device names": the serial is the id without hyphen.
 * @throws RunctlError TIMEOUT when it does not appear, or the two do not come to agree.
 */
export async function findDevice(volumeId: string, search: DeviceSearch): Promise<string> {
  const { clock, signal, deadlineMs = 60_000, root = "/" } = search;
  const serial = volumeId.replace("-", "");
  const link = join(root, "dev/disk/by-id", `nvme-Amazon_Elastic_Block_Store_${serial}`);
  const end = clock.now() + deadlineMs;
  for (;;) {
    const device = await realpath(link).catch(() => undefined);
    const found = device && (await readSerial(root, device));
    if (device && found === serial) return device;
    if (clock.now() > end) {
      const why = device
        ? `${device} has the serial '${found ?? ""}'`
        : `there is no ${basename(link)}`;
      throw new RunctlError("TIMEOUT", `the device of ${volumeId} did not appear: ${why}`);
    }
    await clock.sleep(50, signal);
  }
}

async function readSerial(root: string, device: string): Promise<string | undefined> {
  const file = join(root, "sys/block", basename(device), "device/serial");
  return readFile(file, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}
