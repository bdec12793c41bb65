import {
  type EbsVolumeType,
  gp2Iops,
  initializationRateMiBps,
  type VolumeTypeLimits,
  volumeTypeLimits,
} from "../../facts/ebs-limits.ts";
import { ApiError } from "../call.ts";
import { invalidCombination, invalidValue } from "./errors.ts";

/** What a request wants of a volume; sizes in GiB, throughput in MiB/s. */
export interface WantedVolume {
  type: EbsVolumeType;
  sizeGiB: number;
  iops: number | undefined;
  throughputMiBps: number | undefined;
}

/** The type of the request, gp2 by default (CreateVolume and EbsBlockDevice API pages). */
export function volumeTypeOf(name: string | undefined): EbsVolumeType {
  const type = name || "gp2";
  if (!Object.hasOwn(volumeTypeLimits, type)) {
    throw invalidValue("volumeType", type, "It is not a known volume type.");
  }
  return type as EbsVolumeType;
}

/**
 * The performance that the volume will have.
 *
 * @throws ApiError InvalidParameterValue, InvalidParameterCombination or MissingParameter where EC2 refuses;
 * the numbers and their pages stand in facts/ebs-limits.ts.
 */
export function checkVolumeLimits(wanted: WantedVolume): {
  iops: number | undefined;
  throughputMiBps: number | undefined;
} {
  const limits: VolumeTypeLimits = volumeTypeLimits[wanted.type];
  const { min, max } = limits.sizeGiB;
  if (!Number.isInteger(wanted.sizeGiB) || wanted.sizeGiB < min || wanted.sizeGiB > max) {
    throw new ApiError(
      "InvalidParameterValue",
      `Volume of ${wanted.sizeGiB}GiB is ${wanted.sizeGiB < min ? "smaller" : "larger"} than the ${wanted.sizeGiB < min ? "minimum" : "maximum"} of ${wanted.sizeGiB < min ? min : max}GiB for an ${wanted.type} volume`,
    );
  }
  const iops = checkIops(wanted, limits);
  return { iops, throughputMiBps: checkThroughput(wanted, limits, iops) };
}

function checkIops(wanted: WantedVolume, limits: VolumeTypeLimits): number | undefined {
  const { type, sizeGiB, iops } = wanted;
  if (!limits.iops) {
    if (iops !== undefined) {
      throw invalidCombination(`The parameter iops is not supported for ${type} volumes.`);
    }
    return type === "gp2" ? gp2Iops(sizeGiB) : undefined;
  }
  const value = iops ?? limits.iops.default;
  if (value === undefined) {
    throw new ApiError(
      "MissingParameter",
      `The parameter iops must be specified for ${type} volumes.`,
    );
  }
  if (value < limits.iops.min || value > limits.iops.max) {
    throw new ApiError(
      "InvalidParameterValue",
      `Volume iops of ${value} is ${value < limits.iops.min ? "too low; minimum is" : "too high; maximum is"} ${value < limits.iops.min ? limits.iops.min : limits.iops.max}.`,
    );
  }
  // The free baseline comes with every size.
  if (value > (limits.iops.default ?? 0) && value / sizeGiB > limits.iops.perGiB) {
    throw new ApiError(
      "InvalidParameterValue",
      `Iops to volume size ratio of ${(value / sizeGiB).toFixed(6)} is too high; maximum is ${limits.iops.perGiB.toFixed(6)}`,
    );
  }
  return value;
}

function checkThroughput(
  wanted: WantedVolume,
  limits: VolumeTypeLimits,
  iops: number | undefined,
): number | undefined {
  const { type, throughputMiBps } = wanted;
  const range = limits.throughputMiBps;
  if (!range) {
    if (throughputMiBps !== undefined) {
      throw invalidCombination(`The parameter throughput is not supported for ${type} volumes.`);
    }
    return undefined;
  }
  const value = throughputMiBps ?? range.default;
  if (value < range.min || value > range.max) {
    throw new ApiError(
      "InvalidParameterValue",
      `Volume throughput of ${value} is ${value < range.min ? "too low; minimum is" : "too high; maximum is"} ${value < range.min ? range.min : range.max}.`,
    );
  }
  const ratio = value / (iops ?? 1);
  if (ratio > range.perIops) {
    throw new ApiError(
      "InvalidParameterValue",
      `Throughput (MiBps) to iops ratio of ${ratio.toFixed(6)} is too high; maximum is ${range.perIops.toFixed(6)} MiBps per iops`,
    );
  }
  return value;
}

/** @throws ApiError where `MultiAttachEnabled` is set for a type without Multi-Attach. */
export function checkMultiAttach(type: EbsVolumeType, wanted: boolean): void {
  if (wanted && !volumeTypeLimits[type].multiAttach) {
    throw invalidCombination(
      `The parameter MultiAttachEnabled is not supported for ${type} volumes.`,
    );
  }
}

/** @throws ApiError for a rate out of range or without a snapshot ("Initialize Amazon EBS volumes"). */
export function checkInitializationRate(
  rate: number | undefined,
  snapshotId: string | undefined,
): void {
  if (rate === undefined) return;
  if (!snapshotId) {
    throw invalidCombination(
      "The parameter VolumeInitializationRate requires the parameter SnapshotId",
    );
  }
  const { min, max } = initializationRateMiBps;
  if (rate < min || rate > max) {
    throw invalidValue("volumeInitializationRate", rate, `It must be between ${min} and ${max}.`);
  }
}

/**
 * The forms of "KmsKeyId" on the CreateVolume API page: key id, alias, and the ARN of each.
 * Whether the key exists is not looked at: on AWS the call succeeds too and the volume fails later.
 *
 * @throws ApiError when the form is wrong, or a key is given for a volume that is not encrypted.
 */
export function checkKmsKey(keyId: string | undefined, encrypted: boolean): void {
  if (keyId === undefined) return;
  if (!encrypted) {
    throw new ApiError(
      "InvalidParameterDependency",
      "The parameter KmsKeyId requires the parameter Encrypted to be set.",
    );
  }
  const uuid = "(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})";
  const alias = "alias/[A-Za-z0-9/_-]{1,250}";
  const arn = String.raw`arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:`;
  if (!new RegExp(`^(${uuid}|${alias}|${arn}key/${uuid}|${arn}${alias})$`).test(keyId)) {
    throw invalidValue("kmsKeyId", keyId, "It is not the id, alias or ARN of a KMS key.");
  }
}
