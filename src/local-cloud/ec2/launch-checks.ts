import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { checkCapacity } from "./capacity.ts";
import type { Ec2 } from "./ec2.ts";
import { missingParameter } from "./errors.ts";
import { type LocalImage, requireImage } from "./images.ts";
import { checkAttachmentLimit, requireTypeFacts } from "./instance-types.ts";
import { checkMetadataOptions, checkUserData } from "./launch-data.ts";
import { checkLaunchNetwork } from "./launch-network.ts";
import { checkMappings, type MappedVolume } from "./launch-volumes.ts";
import type { Subnet } from "./network.ts";
import type { MetadataRow } from "./rows.ts";
import { checkSpotOptions, type SpotOptions } from "./spot-requests.ts";
import { checkMetadataTagKeys, type TagMap, tagsAtCreation } from "./tags.ts";

/** A RunInstances request that EC2 would carry out. */
export interface Launch {
  count: number;
  image: LocalImage;
  instanceType: string;
  subnet: Subnet;
  securityGroupIds: readonly string[];
  volumes: readonly MappedVolume[];
  spot: SpotOptions | undefined;
  profileName: string | undefined;
  userData: string | undefined;
  metadata: MetadataRow;
  shutdownBehavior: "stop" | "terminate";
  ebsOptimized: boolean;
  terminationProtected: boolean;
  clientToken: string | undefined;
  tags: Readonly<Record<(typeof taggable)[number], TagMap>>;
}

const taggable = ["instance", "volume", "network-interface", "spot-instances-request"] as const;

/** @throws ApiError for the first thing that EC2 would refuse. */
export function checkLaunch(ec2: Ec2, input: RunInstancesRequest): Launch {
  const count = checkCount(input);
  if (!input.ImageId) throw missingParameter("ImageId");
  const image = requireImage(ec2, input.ImageId);
  const instanceType = input.InstanceType ?? "m1.small";
  checkArchitecture(instanceType, image);
  if (input.KeyName) {
    throw new ApiError("InvalidKeyPair.NotFound", `The key pair '${input.KeyName}' does not exist`);
  }
  const profileName = checkProfile(ec2, input);
  const userData = checkUserData(input.UserData);
  const metadata = checkMetadataOptions(input.MetadataOptions);
  const tags = tagsAtCreation(input.TagSpecifications, taggable);
  if (metadata.instanceTags === "enabled") checkMetadataTagKeys(tags.instance);
  const { subnet, securityGroupIds } = checkLaunchNetwork(ec2, input, instanceType);
  const spot = checkSpotOptions(ec2, input, { instanceType, zone: subnet.zone });
  const volumes = checkMappings(ec2, input.BlockDeviceMappings ?? [], image);
  checkAttachmentLimit(instanceType, volumes.length);
  checkTermination(input, spot !== undefined);
  const ebsOptimized = checkEbsOptimized(instanceType, input.EbsOptimized ?? false);
  checkCapacity(ec2, { instanceType, zone: subnet.zone, isSpot: spot !== undefined });
  return {
    count,
    image,
    instanceType,
    subnet,
    securityGroupIds,
    volumes,
    spot,
    profileName,
    userData,
    metadata,
    shutdownBehavior: input.InstanceInitiatedShutdownBehavior ?? "stop",
    ebsOptimized,
    terminationProtected: input.DisableApiTermination ?? false,
    clientToken: input.ClientToken || undefined,
    tags,
  };
}

function checkCount({ MinCount = 0, MaxCount = 0 }: RunInstancesRequest): number {
  if (MinCount < 1 || MaxCount < MinCount) {
    throw new ApiError(
      "InvalidParameterValue",
      `Value (${MinCount}) for parameter minCount is invalid. It must be at least 1 and at most maxCount (${MaxCount}).`,
    );
  }
  return MaxCount;
}

function checkArchitecture(instanceType: string, image: LocalImage): void {
  const { architecture } = requireTypeFacts(instanceType);
  if (architecture !== image.architecture) {
    throw new ApiError(
      "InvalidParameterValue",
      `The architecture '${architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    );
  }
}

/** EC2 learns of a new profile some seconds late; until then, and for unknown ones, this is its answer. */
function checkProfile(ec2: Ec2, { IamInstanceProfile }: RunInstancesRequest): string | undefined {
  const { Name, Arn } = IamInstanceProfile ?? {};
  if (Name && Arn) {
    throw new ApiError(
      "InvalidParameterCombination",
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  }
  const wanted = Name ?? Arn;
  if (!wanted) return undefined;
  const found = ec2.profiles.find(wanted);
  if (!found) {
    throw new ApiError(
      "InvalidParameterValue",
      `Value (${wanted}) for parameter iamInstanceProfile.${Name ? "name" : "arn"} is invalid. Invalid IAM Instance Profile ${Name ? "name" : "ARN"}`,
    );
  }
  return found.name;
}

/** "Spot Instances can't be protected from termination" ("Change instance termination protection"). */
function checkTermination(input: RunInstancesRequest, isSpot: boolean): void {
  if (isSpot && input.DisableApiTermination) {
    throw new ApiError(
      "InvalidParameterCombination",
      "Termination protection is not supported for Spot Instances.",
    );
  }
}

function checkEbsOptimized(instanceType: string, wanted: boolean): boolean {
  const { ebs } = requireTypeFacts(instanceType);
  if (wanted && ebs.optimized === "unsupported") {
    throw new ApiError(
      "InvalidParameterCombination",
      "EBS-optimized instances are not supported for your requested configuration. Please check the documentation for supported configurations.",
    );
  }
  return wanted || ebs.optimized === "default";
}
