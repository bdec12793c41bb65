import type { Aws } from "../aws/connect.ts";
import { callerIdentity } from "../aws/sts.ts";
import type { AwsVolume } from "../aws/volumes.ts";
import { describeZones } from "../aws/zones.ts";
import { RunctlError } from "../errors.ts";
import { operationHash } from "../operation.ts";
import { parseName } from "../resource-reference.ts";
import { tagKeys } from "../tags.ts";
import { type ChosenZone, chooseZone } from "./choose-zone.ts";
import { describeBriefly, isUnfinished, nameOf, ownedVolumes } from "./owned-volumes.ts";
import { type Performance, volumePerformance } from "./volume-performance.ts";
import { differences, requireUserTags, type VolumeRequest } from "./volume-request.ts";

/** What `createVolume` will do, found out by looking only. */
export interface VolumePlan {
  request: VolumeRequest;
  performance: Performance;
  op: string;
  /** ARN of the caller. */
  owner: string;
  zone: ChosenZone;
  /** `continue`: an earlier run of the same operation was killed. `keep`: it is already there. */
  action: "create" | "continue" | "keep";
  /** The volume to continue or keep. */
  existing: AwsVolume | undefined;
  /** Of an earlier run of this operation, in the state `error`: to be deleted first. */
  broken: readonly AwsVolume[];
  /** Earlier results of the operation, for its client token. */
  count: number;
}

/**
 * Checks a wish for a volume against the rules and against what is there. Changes nothing.
 *
 * @throws RunctlError USAGE, INVALID_VOLUME_SPEC before AWS is asked; CONFLICT when the name has other
 *   parameters, AMBIGUOUS when two volumes have it already, NOT_FOUND for an unknown zone.
 */
export async function planVolume(aws: Aws, request: VolumeRequest): Promise<VolumePlan> {
  if (request.name !== undefined) parseName(request.name);
  requireUserTags(request.tags);
  const performance = volumePerformance(request);

  const [caller, owned, zones] = await Promise.all([
    callerIdentity(aws),
    ownedVolumes(aws),
    describeZones(aws),
  ]);
  const { accountId, arn: owner } = caller;
  const op = operationHash({
    accountId,
    region: aws.region,
    command: "ebs create",
    args: request,
  });

  const sound = owned.filter((volume) => volume.state !== "error");
  const ofThisOp = owned.filter((volume) => volume.tags[tagKeys.op] === op);
  const broken = ofThisOp.filter((volume) => volume.state === "error" && isUnfinished(volume));
  const finished = ofThisOp.filter((volume) => !isUnfinished(volume));
  const found = findExisting(sound, { request, performance, op });
  const zone = found
    ? { zone: found.volume.zone, reason: "where it is" }
    : chooseZone({
        wanted: request.zone,
        owned: sound.filter((volume) => volume.tags[tagKeys.owner] === owner),
        among: zones.map(({ name }) => name),
      });
  return {
    request,
    performance,
    op,
    owner,
    zone,
    action: found?.action ?? "create",
    existing: found?.volume,
    broken,
    count: finished.length + broken.length,
  };
}

interface Found {
  action: "continue" | "keep";
  volume: AwsVolume;
}

function findExisting(
  owned: readonly AwsVolume[],
  { request, performance, op }: Pick<VolumePlan, "request" | "performance" | "op">,
): Found | undefined {
  const killed = owned.find((volume) => volume.tags[tagKeys.op] === op && isUnfinished(volume));
  if (killed) return { action: "continue", volume: killed };
  if (request.name === undefined) return undefined;

  const [namesake, ...others] = owned.filter((volume) => nameOf(volume) === request.name);
  if (!namesake) return undefined;
  if (others.length > 0) {
    const ids = [namesake, ...others].map((volume) => volume.volumeId).join(", ");
    throw new RunctlError("AMBIGUOUS", `several volumes are named '${request.name}': ${ids}`, {
      hint: "delete all but one by id, or choose another name",
    });
  }
  requireSame(namesake, request, performance);
  // One that another operation is still filling is that operation's to finish.
  const isOurs = namesake.tags[tagKeys.source] === request.preWarmFrom;
  return { action: isUnfinished(namesake) && isOurs ? "continue" : "keep", volume: namesake };
}

function requireSame(volume: AwsVolume, request: VolumeRequest, performance: Performance): void {
  const different = differences(volume, request, performance);
  if (different.length === 0) return;
  const message = `${describeBriefly(volume)} is there with other parameters: ${different.join("; ")}`;
  throw new RunctlError("CONFLICT", message, {
    hint: `choose another --name, or look at it with 'runctl aws ebs show ${volume.volumeId}'`,
  });
}

/** The plan in words, as `--dry-run` prints it. */
export function describeVolumePlan(plan: VolumePlan): string[] {
  const { request, performance, zone } = plan;
  if (plan.existing)
    return [
      plan.action === "keep"
        ? `keep ${describeBriefly(plan.existing)}: it is there with these parameters`
        : `finish ${describeBriefly(plan.existing)}, which an earlier run began`,
    ];
  const features = [
    performance.iops === undefined ? [] : [`${performance.iops} iops`],
    performance.throughputMiBps === undefined ? [] : [`${performance.throughputMiBps} MiB/s`],
    request.multiAttach ? ["multi-attach"] : [],
    ["encrypted"],
  ].flat();
  const name = request.name === undefined ? "" : ` '${request.name}'`;
  return [
    ...plan.broken.map((volume) => `delete ${volume.volumeId}, which AWS failed to make`),
    `create ${request.sizeGiB} GiB of ${request.type}${name} in ${zone.zone} (${zone.reason}): ${features.join(", ")}`,
  ];
}
