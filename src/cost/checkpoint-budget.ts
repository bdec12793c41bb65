import { volumeTypeLimits } from "../facts/ebs-limits.ts";
import { bytesPerMiB } from "./situation.ts";

/**
 * The time between EC2's notice and the end of the instance, seconds. EC2 gives 120 ("Spot Instance interruption
 * notices", EC2 user guide); docs/design/interruption.md says how runctl spends them.
 */
const notice = {
  seconds: 120,
  /** Kept for writing back, unmounting and detaching. */
  reservedSeconds: 25,
  /** Until the training has finished its step and begins to save: assumed. */
  stepSeconds: 10,
} as const;

export interface NoticeTiming {
  /** Between two looks for a notice. */
  pollSeconds: number;
  /** Between SIGTERM and SIGKILL. */
  graceSeconds: number;
}

/** Seconds of a notice in which a checkpoint can be written. */
export function savingSeconds({ pollSeconds, graceSeconds }: NoticeTiming): number {
  const untilKill = Math.min(graceSeconds, notice.seconds - notice.reservedSeconds - pollSeconds);
  return Math.max(0, untilKill - notice.stepSeconds);
}

/** Speeds in bytes per second. */
export interface SavePath {
  /** Of the volume; undefined: it is not bounded by what it was given. */
  volumeBytesPerSecond: number | undefined;
  /** Sustained EBS bandwidth of the instance; undefined: not known. */
  ebsBytesPerSecond: number | undefined;
  /** For 30 minutes a day. */
  ebsBurstBytesPerSecond: number | undefined;
}

export interface SaveRoom {
  seconds: number;
  /** Bytes that are written for sure within the notice. */
  bytes: number;
  /** The same while the instance's burst lasts. */
  burstBytes: number;
  limitedBy: "volume" | "instance";
}

/** What a notice leaves room for on one volume of one instance. */
export function saveRoom(path: SavePath, timing: NoticeTiming): SaveRoom {
  const seconds = savingSeconds(timing);
  const { volumeBytesPerSecond: volume = Infinity, ebsBytesPerSecond: sustained = Infinity } = path;
  const burst = Math.max(sustained, path.ebsBurstBytesPerSecond ?? sustained);
  return {
    seconds,
    bytes: seconds * Math.min(volume, sustained),
    burstBytes: seconds * Math.min(volume, burst),
    limitedBy: volume <= sustained ? "volume" : "instance",
  };
}

export interface CheckpointFit {
  room: SaveRoom;
  fits: "surely" | "while burst lasts" | "no";
  /** The cheapest gp3 throughput with which it fits; undefined: the instance is too slow for any. */
  throughput: { miBps: number; iops: number } | undefined;
  /** Whether the throughput needs the instance's burst. */
  needsBurst: boolean;
}

/** Whether a checkpoint of `bytes` fits into the notice on a gp3 volume, and the least throughput that makes it fit. */
export function checkpointFit(bytes: number, path: SavePath, timing: NoticeTiming): CheckpointFit {
  const room = saveRoom(path, timing);
  const fits =
    bytes <= room.bytes ? "surely" : bytes <= room.burstBytes ? "while burst lasts" : "no";
  const { ebsBytesPerSecond: sustained = Infinity } = path;
  const burst = Math.max(sustained, path.ebsBurstBytesPerSecond ?? sustained);
  const needed = room.seconds === 0 ? Infinity : bytes / room.seconds;
  return {
    room,
    fits,
    throughput: needed <= burst ? gp3ThroughputFor(needed) : undefined,
    needsBurst: needed > sustained,
  };
}

function gp3ThroughputFor(bytesPerSecond: number): CheckpointFit["throughput"] {
  const { throughputMiBps: limits, iops: iopsLimits } = volumeTypeLimits.gp3;
  const miBps = Math.max(limits.default, Math.ceil(bytesPerSecond / bytesPerMiB));
  if (miBps > limits.max) return undefined;
  const iops = Math.max(iopsLimits.default, Math.ceil(miBps / limits.perIops));
  return { miBps, iops };
}
