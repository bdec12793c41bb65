import type { Aws } from "../aws/connect.ts";
import { findInstanceTypes } from "../aws/instance-types.ts";
import { putTags, removeTags } from "../aws/tags.ts";
import { type AwsVolume, findVolumeById } from "../aws/volumes.ts";
import { waitForVolume } from "../aws/wait-for-volume.ts";
import { RunctlError } from "../errors.ts";
import { launchInstance } from "../instances/launch-instance.ts";
import type { AccountNames, LaunchRequest } from "../instances/launch-request.ts";
import { type LaunchPlan, planLaunch } from "../instances/plan-launch.ts";
import { wasFilled } from "../instances/warn-of-unfilled.ts";
import { step } from "../progress.ts";
import { tagKeys } from "../tags.ts";
import { describeBriefly, isOwned, nameOf } from "../volumes/owned-volumes.ts";
import type { WorkOptions } from "../work-options.ts";
import { requireSource } from "./require-source.ts";
import { chooseFillerTypes, fillerCandidates } from "./choose-filler-types.ts";
import { watchFiller } from "./watch-filler.ts";

export interface PreWarmRequest {
  volume: AwsVolume;
  /** s3://bucket/prefix/ */
  source: string;
  /** See `operation.ts`: by it a run that was killed finds its instance again. */
  op: string;
  /** Becomes the volume's default mount; undefined leaves it as it is. */
  mount?: string | undefined;
  /** Where the filling instance finds its role and its files. */
  account?: AccountNames | undefined;
  /** Leaves a volume alone that an earlier run of the operation has filled and verified. */
  once?: boolean;
}

/** Where the volume is mounted while it is filled. */
const fillMount = "/mnt/runctl-fill";

/** Spot instances that may be interrupted before the fill is given up. */
const maxInstances = 8;

/**
 * Checks that a fill could begin: role, bucket access, instance types, and that nothing else has the
 * volume. Changes nothing.
 *
 * @throws RunctlError NOT_FOUND for an empty source, CONFIGURATION with the `setup` line to type, CONFLICT while the
 *   volume is in use, or where it was filled from another source.
 */
export async function planPreWarm(aws: Aws, request: PreWarmRequest): Promise<LaunchPlan> {
  const plan = await planLaunch(aws, await fillLaunch(aws, request));
  await requireSource(aws, request.source);
  return plan;
}

/**
 * The same for a volume that is still to be made.
 *
 * @param volume what it will be like.
 */
export async function planPreWarmOfNew(
  aws: Aws,
  volume: Pick<AwsVolume, "type" | "iops" | "throughputMiBps" | "zone">,
  { source, op, account }: Pick<PreWarmRequest, "source" | "op" | "account">,
): Promise<LaunchPlan> {
  const plan = await planLaunch(aws, {
    op,
    work: { kind: "command", command: [], environment: {}, asRoot: false, whenDone: "terminate" },
    volumes: [],
    spot: true,
    instanceTypes: await fillerTypes(aws, volume),
    zone: volume.zone,
    reads: [source],
    ...account,
  });
  await requireSource(aws, source);
  return plan;
}

/**
 * Fills a volume from S3 by a temporary spot instance in its zone, and waits until the agent has read
 * every byte back. Only what is missing is moved. Killed at any point and run again, it goes on with
 * the instance that is there, or with a new one; an instance that nobody watches ends by itself.
 *
 * @returns the volume, verified and attached to nothing.
 * @throws RunctlError of `planPreWarm`; INSTANCE_FAILED; CAPACITY.
 */
export async function preWarm(
  aws: Aws,
  request: PreWarmRequest,
  options: WorkOptions,
): Promise<AwsVolume> {
  const launch = await fillLaunch(aws, request);
  const { unfinished } = await planLaunch(aws, launch);
  await requireSource(aws, request.source);
  const { volumeId } = request.volume;
  const { stagingBucket } = request.account ?? {};
  if (!unfinished) {
    const volume = await findVolumeById(aws, volumeId);
    if (volume && request.once === true && tagKeys.manifest in volume.tags) return volume;
    await prepare(aws, request);
  }
  let going = unfinished?.instanceId;
  for (let count = 0; count < maxInstances; count += 1) {
    const instanceId = going ?? (await launchInstance(aws, launch, options)).instanceId;
    going = undefined;
    const label = `fill ${volumeId}`;
    const isVerified = await step(
      options.report,
      label,
      () => watchFiller(aws, { instanceId, volumeId, stepId: label, stagingBucket }, options),
      (verified) => (verified ? "verified" : `${instanceId} ended before it was done`),
    );
    if (isVerified)
      return waitForVolume(aws, volumeId, isFree, { ...options, until: "be free again" });
  }
  throw new RunctlError("CAPACITY", `${maxInstances} spot instances ended before the fill did`, {
    hint: "run the same command again later: what is on the volume stays",
  });
}

const isFree = ({ state }: AwsVolume): boolean => state === "available";

/** Tells what the volume is about to hold. It is not warm until the agent says so again; one of the user's own is told nothing. */
async function prepare(aws: Aws, { volume, source, mount }: PreWarmRequest): Promise<void> {
  const stale = [tagKeys.manifest, tagKeys.progress].filter((key) => key in volume.tags);
  if (stale.length > 0) await removeTags(aws, volume.volumeId, stale);
  if (!isOwned(volume)) return;
  await putTags(aws, volume.volumeId, {
    [tagKeys.source]: source,
    ...(mount === undefined ? {} : { [tagKeys.mount]: mount }),
  });
}

async function fillLaunch(aws: Aws, request: PreWarmRequest): Promise<LaunchRequest> {
  const { volume, source, op, account } = request;
  requireSameSource(volume, source);
  return {
    op,
    work: { kind: "fill", volumeId: volume.volumeId, source },
    volumes: [{ volume, mount: fillMount, readOnly: false }],
    spot: true,
    instanceTypes: await fillerTypes(aws, volume),
    name: `pre-warm-${nameOf(volume) ?? volume.volumeId}`,
    role: "pre-warm",
    maxLifetimeSeconds: maxLifetimeSeconds(volume),
    reads: [source],
    ...account,
  };
}

/** The agent would refuse it, too: after its instance was paid for, and the volume's own source forgotten. */
function requireSameSource(volume: AwsVolume, source: string): void {
  const earlier = volume.tags[tagKeys.source];
  if (earlier === undefined || earlier === source || !wasFilled(volume)) return;
  const what = `${describeBriefly(volume)} was filled from ${earlier}, not from ${source}`;
  throw new RunctlError("CONFLICT", what, {
    hint: `fill another volume: runctl aws ebs create --size ${volume.sizeGiB} --pre-warm ${source}`,
  });
}

async function fillerTypes(
  aws: Aws,
  volume: Parameters<typeof chooseFillerTypes>[0],
): Promise<string[]> {
  const found = await findInstanceTypes(aws, fillerCandidates);
  const cheapestFirst = fillerCandidates.flatMap((name) =>
    found.filter((type) => type.name === name),
  );
  return chooseFillerTypes(volume, cheapestFirst);
}

/** Twice what writing and reading back the whole volume at 40 MiB/s takes, and an hour for all else. */
function maxLifetimeSeconds({ sizeGiB }: AwsVolume): number {
  return 3_600 + Math.ceil((2 * 2 * sizeGiB * 1_024) / 40);
}
