import type { Clock } from "../clock.ts";
import { RunctlError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import type { AgentLog } from "./agent-log.ts";
import { findHolders, findHoldersElsewhere, type Holder } from "./find-holders.ts";
import { findMounts, type VolumeMounts } from "./find-mounts.ts";

export interface UnmountOptions {
  clock: Clock;
  log: AgentLog;
  deadlineMs: number;
  /** Ends with SIGKILL what still uses the volume. Only where the instance's end leaves no choice. */
  killHolders: boolean;
}

/**
 * Writes back what is not on the disk yet and unmounts the volume wherever it is mounted, whoever did that, with all
 * that is mounted below; never lazily, which would only hide it. Nothing happens where nothing is mounted.
 *
 * @param find other than `findMounts` in tests.
 * @throws RunctlError CONFLICT while something uses it, naming the place and the programs.
 */
export async function unmountVolume(
  volumeId: string,
  options: UnmountOptions,
  find: (volumeId: string) => Promise<VolumeMounts> = findMounts,
): Promise<void> {
  const { clock, deadlineMs, killHolders } = options;
  const end = clock.now() + deadlineMs;
  for (;;) {
    const { refusal, places } = await unmountOnce(await find(volumeId));
    const { builtOn, deviceNumbers } = await find(volumeId);
    const holders = [
      ...(await findHolders(places)),
      ...(await findHoldersElsewhere(deviceNumbers)),
    ];
    if (places.length === 0 && holders.length === 0) {
      requireNothingBuiltOn(volumeId, builtOn);
      return;
    }
    if (clock.now() > end) throw inUse(places[0] ?? volumeId, holders, refusal);
    if (killHolders) await takeAway(places, holders, { ...options, end });
    await clock.sleep(100);
  }
}

/** @returns where it is mounted still, and what `umount` said to that. */
async function unmountOnce({ mounts }: VolumeMounts) {
  const places: string[] = [];
  let refusal = "";
  for (const { mountPoint } of mounts) {
    const { exitCode, stderr } = await runProgram("umount", [mountPoint], {
      okExits: [0, 1, 16, 32],
      // The kernel writes back everything before umount returns.
      timeoutMs: 300_000,
    });
    if (exitCode === 0) continue;
    places.push(mountPoint);
    refusal ||= stderr.trim();
  }
  return { places, refusal };
}

async function takeAway(
  places: readonly string[],
  holders: readonly Holder[],
  { clock, log, end }: UnmountOptions & { end: number },
): Promise<void> {
  for (const { pid, name } of holders) {
    log.note(`killing ${name} (${pid}): it holds ${places[0] ?? "the volume"}`);
    kill(pid);
  }
  // What holds it may be no program: what was saved shall be on the disk all the same.
  for (const place of places)
    await runProgram("sync", ["--file-system", place], {
      timeoutMs: Math.max(1_000, end - clock.now()),
    }).catch((error: Error) => log.note(error.message));
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It ended by itself since it was seen.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function inUse(place: string, holders: readonly Holder[], refusal: string): RunctlError {
  const who = holders.map(({ pid, name }) => `${name} (${pid})`).join(", ");
  const message = `${place} is in use${who ? ` by ${who}` : ""}`;
  return new RunctlError("CONFLICT", message, refusal ? { hint: refusal } : {});
}

function requireNothingBuiltOn(volumeId: string, builtOn: readonly string[]): void {
  if (builtOn.length === 0) return;
  throw new RunctlError("CONFLICT", `${volumeId} is part of ${builtOn.join(", ")}`, {
    hint: "deactivate the LVM, LUKS or RAID device first",
  });
}
