import type { Aws } from "../aws/connect.ts";
import { findInstanceProfile } from "../aws/iam.ts";
import type { AwsImage } from "../aws/images.ts";
import { requireInstanceTypes, zonesOffering } from "../aws/instance-types.ts";
import { type AwsInstance, describeInstances } from "../aws/instances.ts";
import { type Caller, callerIdentity } from "../aws/sts.ts";
import { describeSubnets } from "../aws/subnets.ts";
import { describeVolumes } from "../aws/volumes.ts";
import { isRunctlError, RunctlError } from "../errors.ts";
import { tagKeys } from "../tags.ts";
import { requireBucketAccess } from "./bucket-access.ts";
import { type Architecture, checkInstanceTypes } from "./check-instance-types.ts";
import { checkMountPoints, checkVolumesAreFree } from "./check-mounts.ts";
import { warnOfRoutes } from "./check-routes.ts";
import { chooseImage } from "./choose-image.ts";
import { chooseSubnet, chooseZone, typesInZone, type ZoneChoice } from "./choose-zone.ts";
import { instancesWith } from "./instances-with.ts";
import { launchDefaults, type LaunchRequest } from "./launch-request.ts";
import { requireStagingBucket } from "./staging-bucket.ts";
import { warnOfUnfilled } from "./warn-of-unfilled.ts";

/** A launch of which everything that can be known before has been checked. */
export interface LaunchPlan {
  caller: Caller;
  zone: ZoneChoice;
  subnetId: string;
  /** At least one, in the order in which they are tried. */
  instanceTypes: string[];
  architecture: Architecture;
  image: AwsImage;
  instanceProfile: string;
  bucket: string;
  /** What may go wrong, for the person to know. */
  warnings: string[];
  /** The instance of an earlier, killed run of the same operation: the launch goes on with it. */
  unfinished: AwsInstance | undefined;
  /** Results of the same operation that are finished or gone. */
  finishedCount: number;
}

/**
 * Checks a launch and decides what was left open. Reads only.
 *
 * @throws RunctlError of the first thing that is in the way; see each check.
 */
export async function planLaunch(aws: Aws, request: LaunchRequest): Promise<LaunchPlan> {
  checkMountPoints(request.volumes);
  const names = request.instanceTypes ?? [launchDefaults.instanceType];
  const profile = request.instanceProfile ?? launchDefaults.instanceProfile;

  const caller = await callerIdentity(aws);
  const [types, offered, earlier, others, ownedZones, subnet] = await Promise.all([
    requireInstanceTypes(aws, names),
    zonesOffering(aws, names),
    instancesOf(aws, request.op),
    instancesWith(aws, request),
    zonesOfOwnedVolumes(aws, request, caller),
    request.subnetId ? describeSubnets(aws, { subnetId: request.subnetId }) : [],
  ]);
  const unfinished = earlier.find((instance) => isUnfinished(instance, request));

  const { architecture, hasGpu } = checkInstanceTypes(types, request);
  const zone = chooseZone({
    wanted: request.zone,
    subnet: subnet[0],
    mounts: request.volumes,
    ownedZones,
    offered,
  });
  const instanceTypes = typesInZone(zone.zone, offered);
  checkVolumesAreFree(
    request.volumes,
    others.filter(({ instanceId }) => instanceId !== unfinished?.instanceId),
  );

  const [image, chosenSubnet, bucket] = await Promise.all([
    chooseImage(aws, {
      ...(request.imageId ? { imageId: request.imageId } : {}),
      architecture,
      hasGpu,
    }),
    chooseSubnet(aws, zone.zone, subnet[0]),
    requireStagingBucket(aws, caller, request.stagingBucket),
  ]);
  const [warning] = await Promise.all([
    warnOfRoutes(aws, chosenSubnet),
    requireProfile(aws, profile, request.reads ?? []),
  ]);
  return {
    caller,
    zone,
    subnetId: chosenSubnet.subnetId,
    instanceTypes,
    architecture,
    image,
    instanceProfile: profile,
    bucket,
    warnings: [warning, ...unfilled(request)].filter((text) => text !== undefined),
    unfinished,
    finishedCount: earlier.filter((instance) => instance !== unfinished).length,
  };
}

/** A fill is there to change that. */
function unfilled({ work, volumes }: LaunchRequest): (string | undefined)[] {
  return work.kind === "fill" ? [] : volumes.map(({ volume }) => warnOfUnfilled(volume));
}

/** The instance of an earlier, killed run of the operation; undefined when there is none to go on with. */
export async function findUnfinished(
  aws: Aws,
  request: LaunchRequest,
): Promise<AwsInstance | undefined> {
  return (await instancesOf(aws, request.op)).find((instance) => isUnfinished(instance, request));
}

function instancesOf(aws: Aws, op: string): Promise<AwsInstance[]> {
  return describeInstances(aws, { filters: [{ Name: `tag:${tagKeys.op}`, Values: [op] }] });
}

/** One that was launched and has not come to its end, whatever became of the run that launched it. */
function isUnfinished({ state, tags }: AwsInstance, { work }: LaunchRequest): boolean {
  if (tags[tagKeys.unfinished] !== "true") return false;
  const agentState = tags[tagKeys.state];
  // Its command has run to its end and nobody has been told: it shall not run again. What a fill is worth, its volume tells.
  if (agentState === "done" && work.kind === "command") return true;
  if (state !== "pending" && state !== "running") return false;
  return agentState !== "interrupted" && agentState !== "failed";
}

async function zonesOfOwnedVolumes(
  aws: Aws,
  { volumes, zone, subnetId }: LaunchRequest,
  caller: Caller,
): Promise<Set<string>> {
  if (volumes.length > 0 || zone || subnetId) return new Set();
  const owned = await describeVolumes(aws, {
    filters: [
      { Name: `tag:${tagKeys.managed}`, Values: ["true"] },
      { Name: `tag:${tagKeys.owner}`, Values: [caller.arn] },
    ],
  });
  return new Set(owned.map((volume) => volume.zone));
}

async function requireProfile(aws: Aws, name: string, reads: readonly string[]): Promise<void> {
  const profile = await findInstanceProfile(aws, name).catch((error: unknown) => {
    // Whoever may not look at roles may still pass one: RunInstances decides then.
    if (isRunctlError(error, "PERMISSION_DENIED")) return "unknown" as const;
    throw error;
  });
  if (profile === "unknown") return;
  if (!profile?.roleName)
    throw new RunctlError("CONFIGURATION", `there is no instance profile ${name} with a role`, {
      hint: "runctl aws setup",
    });
  await requireBucketAccess(aws, profile.roleName, reads);
}
