import type { Aws } from "../aws/connect.ts";
import {
  type AwsInstance,
  consoleOutput,
  findInstance,
  terminateInstance,
} from "../aws/instances.ts";
import type { Tags } from "../aws/tags.ts";
import { type AwsVolume, findVolumeById } from "../aws/volumes.ts";
import { systemClock } from "../clock.ts";
import { RunctlError } from "../errors.ts";
import { tagKeys } from "../tags.ts";
import { isOwned } from "../volumes/owned-volumes.ts";
import type { WorkOptions } from "../work-options.ts";
import { parseFillProgress } from "./fill-progress.ts";
import { requireNoneRefused } from "./refused-keys.ts";

export interface WatchedFill {
  instanceId: string;
  volumeId: string;
  /** The step whose amount is reported. */
  stepId: string;
  /** Where the instance reports; undefined: the bucket of `aws setup`. */
  stagingBucket?: string | undefined;
}

/** An agent that has said nothing for this long after the launch never will. */
const silenceMs = 5 * 60_000;

/** How long an agent that failed may take to send its logs and power off. */
const farewellMs = 30_000;

/**
 * Watches a filling instance until it is off and the volume is free again.
 *
 * @returns whether the volume is verified now; `false` when the instance ended before that and may be replaced.
 * @throws RunctlError INSTANCE_FAILED with the agent's own words, or with the end of the console when
 *   the agent never spoke; the instance is terminated then. PARTLY_DONE when keys cannot be files.
 */
export async function watchFiller(
  aws: Aws,
  fill: WatchedFill,
  options: WorkOptions,
): Promise<boolean> {
  const { clock = systemClock, signal, report } = options;
  const begin = clock.now();
  let failedAt: number | undefined;
  let state: string | undefined;
  for (;;) {
    const [instance, volume] = await Promise.all([
      findInstance(aws, fill.instanceId),
      findVolumeById(aws, fill.volumeId),
    ]);
    if (!volume) throw new RunctlError("NOT_FOUND", `volume ${fill.volumeId} is gone`);
    reportAmount(isOwned(volume) ? volume : instance, fill, report);
    const waited = clock.now() - begin;
    // AWS may take the tags of an instance that has ended.
    state = instance?.tags[tagKeys.state] ?? state;
    if (instance && state === "failed") {
      // It ships its logs and powers off by itself, if it can.
      failedAt ??= clock.now();
      const isLate = clock.now() - failedAt > farewellMs;
      if (isLate) await terminateInstance(aws, instance.instanceId);
      if (isLate || isOff(instance, waited)) throw failure(instance);
    } else if (isOff(instance, waited) && !isHeldBy(volume, fill.instanceId)) {
      if (isOwned(volume) && tagKeys.manifest in volume.tags) return true;
      if (state === "done") await requireNoneRefused(aws, fill, report);
      // No tag on a volume of the user's own says that it is verified: its instance does.
      return state === "done" && !isOwned(volume);
    }
    if (instance && state === "booting" && waited > silenceMs) throw await silence(aws, instance);
    await clock.sleep(500, signal);
  }
}

/** A new instance may be unknown to AWS for some seconds; one that is long gone stays unknown. */
function isOff(instance: AwsInstance | undefined, waitedMs: number): boolean {
  if (!instance) return waitedMs > 10_000;
  return instance.state === "terminated" || instance.state === "stopped";
}

function isHeldBy(volume: AwsVolume, instanceId: string): boolean {
  return volume.attachments.some((attachment) => attachment.instanceId === instanceId);
}

function reportAmount(
  teller: { tags: Tags } | undefined,
  fill: WatchedFill,
  report: WorkOptions["report"],
): void {
  const progress = parseFillProgress(teller?.tags[tagKeys.progress]);
  if (progress) report({ kind: "amount", id: fill.stepId, ...progress, unit: "objects" });
}

function failure({ instanceId, tags }: AwsInstance): RunctlError {
  const why = tags[tagKeys.message] ?? "the agent gave no reason";
  return new RunctlError("INSTANCE_FAILED", `the fill on ${instanceId} failed: ${why}`, {
    hint:
      `see 'runctl aws logs ${instanceId}'; once its cause is mended, run the same command again: ` +
      "it moves only what is missing",
  });
}

async function silence(aws: Aws, { instanceId }: AwsInstance): Promise<RunctlError> {
  const said = (await consoleOutput(aws, instanceId)).trimEnd().split("\n").slice(-5).join("\n");
  await terminateInstance(aws, instanceId);
  return new RunctlError(
    "INSTANCE_FAILED",
    `no word from ${instanceId} within 5 minutes; its console ends with:\n${said || "(nothing)"}`,
    { hint: "the instance was terminated; run the same command again" },
  );
}
