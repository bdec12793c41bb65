import { systemClock } from "../clock.ts";
import { RunctlError } from "../errors.ts";
import type { WorkOptions } from "../work-options.ts";
import type { Aws } from "./connect.ts";
import { type AwsVolume, findVolumeById } from "./volumes.ts";

export interface WaitOptions extends Pick<WorkOptions, "signal" | "clock"> {
  /** What is waited for, such as `be attached`; stands in the message of a timeout. */
  until: string;
  /** Milliseconds; default 5 minutes. */
  deadlineMs?: number;
}

/** A new volume may be unknown to DescribeVolumes for some seconds ("Eventual consistency in the Amazon EC2 API"). */
const unknownForMs = 10_000;

/**
 * Looks at a volume until `isDone` says so. The SDK's own waiter takes the state `error` for
 * something that passes; this one does not.
 *
 * @throws RunctlError OPERATION_FAILED in the state `error`, NOT_FOUND when AWS keeps not knowing it, TIMEOUT.
 */
export async function waitForVolume(
  aws: Aws,
  volumeId: string,
  isDone: (volume: AwsVolume) => boolean,
  options: WaitOptions,
): Promise<AwsVolume> {
  const { clock = systemClock } = options;
  const begin = clock.now();
  for (const pause of pauses()) {
    const volume = await findVolumeById(aws, volumeId);
    if (volume?.state === "error")
      throw new RunctlError("OPERATION_FAILED", `${volumeId} went into the state error`, {
        hint: "a KMS key that does not exist or may not be used is the usual cause",
      });
    if (volume && isDone(volume)) return volume;
    const waited = clock.now() - begin;
    if (!volume && waited >= unknownForMs)
      throw new RunctlError("NOT_FOUND", `volume ${volumeId} does not exist`);
    if (waited >= (options.deadlineMs ?? 300_000))
      throw new RunctlError(
        "TIMEOUT",
        `${volumeId} did not ${options.until} in ${Math.round(waited / 1000)} s; it is ${volume?.state ?? "unknown to AWS"}`,
        { hint: `look again with 'runctl aws ebs show ${volumeId}'` },
      );
    await clock.sleep(pause, options.signal);
  }
  throw new Error("unreachable");
}

/** Resolves once AWS says `deleted` or does not know the volume any more. */
export async function waitForDeletion(
  aws: Aws,
  volumeId: string,
  options: Pick<WorkOptions, "signal" | "clock"> = {},
): Promise<void> {
  const { clock = systemClock } = options;
  const end = clock.now() + 300_000;
  for (const pause of pauses()) {
    const volume = await findVolumeById(aws, volumeId);
    if (!volume || volume.state === "deleted") return;
    if (clock.now() >= end)
      throw new RunctlError("TIMEOUT", `${volumeId} is still ${volume.state} after 300 s`);
    await clock.sleep(pause, options.signal);
  }
}

/** 0.1 s, then longer up to 3 s: most states change within some seconds. */
function* pauses(): Generator<number, never> {
  for (let pause = 100; ; pause = Math.min(3_000, pause * 1.5)) yield pause;
}
