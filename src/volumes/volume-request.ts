import type { AwsVolume } from "../aws/volumes.ts";
import { RunctlError } from "../errors.ts";
import type { EbsVolumeType } from "../facts/ebs-limits.ts";
import { tagKeys } from "../tags.ts";
import type { Performance } from "./volume-performance.ts";

/** A volume as the user wants it; what is undefined is decided by rules and always told. */
export interface VolumeRequest {
  sizeGiB: number;
  type: EbsVolumeType;
  name?: string | undefined;
  iops?: number | undefined;
  throughputMiBps?: number | undefined;
  zone?: string | undefined;
  role: "data" | "checkpoint";
  /** run: deleted after the command that used it ended with exit 0. */
  lifetime: "keep" | "run";
  /** What it is formatted with at its first mount. */
  fileSystem: "ext4" | "xfs";
  kmsKeyId?: string | undefined;
  multiAttach: boolean;
  /** The user's own. */
  tags: Readonly<Record<string, string>>;
  /** Value of the tag `Project`. */
  project: string;
  /** s3://… that the same operation fills it from. */
  preWarmFrom?: string | undefined;
}

/** Keys that are ours or AWS's to give; `Name` and `Project` have flags of their own. */
const reservedKey = /^(runctl:|aws:|Name$|Project$)/i;

/** @throws RunctlError USAGE for a tag that AWS would refuse or that means something to runctl. */
export function requireUserTags<Tags extends Readonly<Record<string, string>>>(tags: Tags): Tags {
  // AWS allows 50 tags; runctl keeps 20 for itself ("Tag your Amazon EC2 resources", restrictions).
  if (Object.keys(tags).length > 30)
    throw new RunctlError("USAGE", `${Object.keys(tags).length} tags are more than 30`);
  for (const [key, value] of Object.entries(tags)) {
    if (reservedKey.test(key))
      throw new RunctlError("USAGE", `the tag '${key}' is not yours to give`, {
        hint: "use --name for Name and --project for Project",
      });
    if (key.length > 128 || value.length > 256)
      throw new RunctlError("USAGE", `the tag '${key}' is longer than AWS allows (128 and 256)`);
  }
  return tags;
}

/** The tags that a new volume is born with. */
export function birthTags(
  request: VolumeRequest,
  { op, owner }: { op: string; owner: string },
): Record<string, string> {
  return {
    ...request.tags,
    ...(request.name ? { [tagKeys.name]: request.name } : {}),
    ...(request.preWarmFrom ? { [tagKeys.source]: request.preWarmFrom } : {}),
    [tagKeys.project]: request.project,
    [tagKeys.managed]: "true",
    [tagKeys.owner]: owner,
    [tagKeys.access]: "true",
    [tagKeys.role]: request.role,
    [tagKeys.lifetime]: request.lifetime,
    [tagKeys.fileSystem]: request.fileSystem,
    [tagKeys.op]: op,
    [tagKeys.unfinished]: "true",
    [tagKeys.blank]: "true",
  };
}

/** How a volume that is there differs from what is wanted, in words such as `size 100 GiB, not 200 GiB`; empty: it is the same. */
export function differences(
  volume: AwsVolume,
  request: VolumeRequest,
  performance: Performance,
): string[] {
  const { tags } = volume;
  const compared: [string, unknown, unknown][] = [
    ["size", `${volume.sizeGiB} GiB`, `${request.sizeGiB} GiB`],
    ["type", volume.type, request.type],
    ["iops", volume.iops, performance.iops],
    ["throughput", volume.throughputMiBps, performance.throughputMiBps],
    ["zone", volume.zone, request.zone],
    ["multi-attach", volume.multiAttach, request.multiAttach],
    ["role", tags[tagKeys.role], request.role],
    ["lifetime", tags[tagKeys.lifetime], request.lifetime],
    ["file system", tags[tagKeys.fileSystem], request.fileSystem],
    ["project", tags[tagKeys.project], request.project],
    ["source", tags[tagKeys.source] ?? "none", request.preWarmFrom],
    ...Object.entries(request.tags).map(([key, value]): [string, unknown, unknown] => [
      `tag ${key}`,
      tags[key] ?? "none",
      value,
    ]),
  ];
  const found = compared
    .filter(([, is, wanted]) => wanted !== undefined && is !== wanted)
    .map(([what, is, wanted]) => `${what} ${String(is)}, not ${String(wanted)}`);
  return isOtherKey(volume, request.kmsKeyId)
    ? [...found, `key ${volume.kmsKeyId}, not ${request.kmsKeyId}`]
    : found;
}

/** An alias cannot be told from the ARN that AWS shows; ids and ARNs can. */
function isOtherKey(volume: AwsVolume, wanted: string | undefined): boolean {
  if (wanted === undefined || wanted.includes("alias/")) return false;
  return volume.kmsKeyId !== wanted && volume.kmsKeyId?.endsWith(`/${wanted}`) !== true;
}
