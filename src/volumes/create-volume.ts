import type { Aws } from "../aws/connect.ts";
import { removeTags } from "../aws/tags.ts";
import { awsErrorCode } from "../aws/translate-error.ts";
import { type AwsVolume, requestDeletion, requestVolume, type VolumeId } from "../aws/volumes.ts";
import { waitForVolume } from "../aws/wait-for-volume.ts";
import { isRunctlError, RunctlError } from "../errors.ts";
import { clientToken } from "../operation.ts";
import { step } from "../progress.ts";
import { tagKeys } from "../tags.ts";
import type { WorkOptions } from "../work-options.ts";
import { isPresent, isUnfinished, nameOf, ownedVolumes } from "./owned-volumes.ts";
import type { VolumePlan } from "./plan-volume.ts";
import { birthTags } from "./volume-request.ts";

export interface CreatedVolume {
  outcome: "created" | "kept";
  volume: AwsVolume;
}

/**
 * Carries out a plan up to a volume that is available and the only one of its name. It stays
 * unfinished until `finishVolume`, so that a longer operation can have it as its first step.
 * Killed at any point and run again, it ends in one volume.
 *
 * @throws RunctlError OPERATION_FAILED when AWS cannot make it (a wrong KMS key); CONFLICT when
 *   another run took the name at the same time.
 */
export async function createVolume(
  aws: Aws,
  plan: VolumePlan,
  options: WorkOptions,
): Promise<CreatedVolume> {
  if (plan.action === "keep" && plan.existing) return { outcome: "kept", volume: plan.existing };
  if (!plan.existing)
    options.report({ kind: "note", text: `zone ${plan.zone.zone}: ${plan.zone.reason}` });
  const volume = await step(
    options.report,
    plan.existing ? "finish volume" : "create volume",
    () => makeAvailable(aws, plan, options),
    ({ volumeId }) => volumeId,
  );
  await requireSoleName(aws, volume);
  return { outcome: "created", volume };
}

/** The operation's last step. */
export async function finishVolume(aws: Aws, volume: AwsVolume): Promise<AwsVolume> {
  await removeTags(aws, volume.volumeId, [tagKeys.unfinished]);
  const { [tagKeys.unfinished]: _, ...tags } = volume.tags;
  return { ...volume, tags };
}

async function makeAvailable(aws: Aws, plan: VolumePlan, options: WorkOptions): Promise<AwsVolume> {
  for (const volume of plan.broken) await requestDeletion(aws, volume.volumeId);
  if (plan.existing) {
    const volume = await settle(aws, plan.existing.volumeId, options);
    if (volume) return volume;
  }
  // A token whose volume was finished, or deleted, in an earlier life of the operation gives that one again.
  for (let count = plan.count; count < plan.count + 20; count += 1) {
    const volumeId = await ask(aws, plan, count);
    const volume = volumeId && (await settle(aws, volumeId, options));
    if (volume && (isUnfinished(volume) || plan.request.name !== undefined)) return volume;
  }
  throw new RunctlError("OPERATION_FAILED", "AWS keeps answering with volumes that are gone", {
    hint: "wait a minute and run the same command again",
  });
}

/** Undefined when the token stands for a volume that is gone, or for one with other parameters. */
async function ask(aws: Aws, plan: VolumePlan, count: number): Promise<VolumeId | undefined> {
  const { request, performance, op, owner } = plan;
  const { type } = request;
  const { zone } = plan.zone;
  try {
    return await requestVolume(aws, {
      sizeGiB: request.sizeGiB,
      type,
      zone,
      ...performance,
      kmsKeyId: request.kmsKeyId,
      multiAttach: request.multiAttach,
      tags: birthTags(request, { op, owner }),
      clientToken: clientToken(op, { count, type, zone }),
    });
  } catch (error) {
    if (awsErrorCode(error) === "InvalidVolume.NotFound") return undefined;
    if (awsErrorCode(error) !== "IdempotentParameterMismatch") throw error;
    // The same operation by another session of the caller: its tags differ, its volume will do.
    const owned = await ownedVolumes(aws);
    const killed = owned.find((volume) => volume.tags[tagKeys.op] === op && isUnfinished(volume));
    return killed?.volumeId;
  }
}

/** Waits until AWS has made the volume; undefined when it was deleted before we asked. */
async function settle(
  aws: Aws,
  volumeId: VolumeId,
  options: WorkOptions,
): Promise<AwsVolume | undefined> {
  let wasThere = false;
  const isDone = ({ state }: AwsVolume) => {
    wasThere ||= state === "creating";
    return state !== "creating";
  };
  try {
    const until = "become available";
    const volume = await waitForVolume(aws, volumeId, isDone, { ...options, until });
    if (isPresent(volume)) return volume;
  } catch (error) {
    if (isRunctlError(error, "OPERATION_FAILED")) await requestDeletion(aws, volumeId);
    if (!isRunctlError(error, "NOT_FOUND")) throw error;
  }
  if (!wasThere) return undefined;
  throw new RunctlError("OPERATION_FAILED", `AWS gave up making ${volumeId}`, {
    hint: "a KMS key that does not exist or may not be used is the usual cause",
  });
}

/**
 * EC2 does not keep names unique, so two runs may both have seen it free: the older volume wins.
 * Only a volume that was never mounted is deleted here.
 */
async function requireSoleName(aws: Aws, volume: AwsVolume): Promise<void> {
  const name = nameOf(volume);
  if (name === undefined) return;
  const rivals = (await ownedVolumes(aws)).filter(
    (other) => nameOf(other) === name && other.volumeId !== volume.volumeId,
  );
  const winner = rivals.find((rival) => isOlder(rival, volume));
  if (!winner) return;
  if (tagKeys.blank in volume.tags && volume.attachments.length === 0)
    await requestDeletion(aws, volume.volumeId);
  throw new RunctlError("CONFLICT", `${winner.volumeId} took the name '${name}' first`, {
    hint: `look at it with 'runctl aws ebs show ${winner.volumeId}'`,
  });
}

function isOlder(volume: AwsVolume, other: AwsVolume): boolean {
  const difference = volume.createdAt.getTime() - other.createdAt.getTime();
  return difference === 0 ? volume.volumeId < other.volumeId : difference < 0;
}
