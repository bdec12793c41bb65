import { saveRoom, type SaveRoom } from "../../cost/checkpoint-budget.ts";
import { provisionedBytesPerSecond } from "../../cost/volume-speed.ts";
import { launchDefaults } from "../../instances/launch-request.ts";
import { findInstanceFacts, instanceLimits } from "./cost/instance-limits.ts";
import { bytes } from "./cost/quantities.ts";

interface KnownVolume {
  sizeGiB: number;
  type: string;
  iops: number | undefined;
  throughputMiBps: number | undefined;
}

interface Machine {
  /** Undefined: no machine is known, the volume alone is the limit. */
  instanceType: string | undefined;
  pollMs?: number | undefined;
  graceSeconds?: number | undefined;
}

/** What a notice leaves room for on a volume; undefined where neither volume nor machine says how fast it is. */
function roomOn(volume: KnownVolume, machine: Machine): SaveRoom | undefined {
  const facts = machine.instanceType ? findInstanceFacts(machine.instanceType) : undefined;
  const volumeBytesPerSecond = provisionedBytesPerSecond(volume);
  if (volumeBytesPerSecond === undefined || (machine.instanceType && !facts)) return undefined;
  const { ebsBytesPerSecond, ebsBurstBytesPerSecond } = facts
    ? instanceLimits(facts)
    : { ebsBytesPerSecond: undefined, ebsBurstBytesPerSecond: undefined };
  return saveRoom(
    { volumeBytesPerSecond, ebsBytesPerSecond, ebsBurstBytesPerSecond },
    {
      pollSeconds: (machine.pollMs ?? launchDefaults.pollMs) / 1_000,
      graceSeconds: machine.graceSeconds ?? launchDefaults.graceSeconds,
    },
  );
}

/**
 * `a spot notice leaves 80 s to save: at most 10.5 GB`, for a volume that has no machine yet; undefined for one that
 * is full before.
 */
export function noticeRoomOfVolume(volume: KnownVolume): string | undefined {
  const room = roomOn(volume, { instanceType: undefined });
  if (!room || holdsLess(volume, room)) return undefined;
  return `a spot notice leaves ${room.seconds} s to save: at most ${bytes(room.bytes)}`;
}

/** `a spot notice leaves 80 s to save: 7 GB to /mnt/ckpt (g5.xlarge is the limit)`, for each volume that is written to. */
export function noticeRoomOfMounts(
  mounts: ReadonlyArray<{ volume: KnownVolume; mount: string; readOnly: boolean }>,
  machine: Machine & { instanceType: string },
): string | undefined {
  const rooms = mounts
    .filter(({ readOnly }) => !readOnly)
    .flatMap(({ volume, mount }) => {
      const room = roomOn(volume, machine);
      return room ? [{ volume, mount, room }] : [];
    });
  const [first] = rooms;
  if (!first) return undefined;
  const each = rooms.map(({ volume, mount, room }) => {
    if (holdsLess(volume, room)) return `all that ${mount} holds`;
    const limit = room.limitedBy === "instance" ? machine.instanceType : "the volume";
    return `${bytes(room.bytes)} to ${mount} (${limit} is the limit)`;
  });
  return `a spot notice leaves ${first.room.seconds} s to save: ${each.join(", ")}`;
}

/** It is full before the time is up. */
const holdsLess = ({ sizeGiB }: KnownVolume, room: SaveRoom) => room.bytes > sizeGiB * 2 ** 30;
