import type { Aws } from "../aws/connect.ts";
import { type AwsImage, requireImage } from "../aws/images.ts";
import { parameterValue } from "../aws/ssm.ts";
import { RunctlError } from "../errors.ts";
import type { Architecture } from "./check-instance-types.ts";

/**
 * Public parameters with the newest image: "Reference the latest AMIs using Systems Manager public parameters"
 * (EC2 user guide) and "Getting started with DLAMI" (DLAMI developer guide).
 */
function imageParameter(architecture: Architecture, hasGpu: boolean): string {
  return hasGpu
    ? `/aws/service/deeplearning/ami/${architecture}/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id`
    : `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
}

/** The image that was asked for, or the newest public one for the type. */
export async function chooseImage(
  aws: Aws,
  wanted: { imageId?: string; architecture: Architecture; hasGpu: boolean },
): Promise<AwsImage> {
  const imageId =
    wanted.imageId ??
    (await parameterValue(aws, imageParameter(wanted.architecture, wanted.hasGpu)));
  const image = await requireImage(aws, imageId);
  if (image.architecture !== wanted.architecture)
    throw new RunctlError(
      "USAGE",
      `image ${imageId} is ${image.architecture}, but the instance type is ${wanted.architecture}`,
      { hint: "choose an --ami and an --instance-type of one architecture" },
    );
  if (image.rootSizeGiB === undefined)
    throw new RunctlError("USAGE", `image ${imageId} has no root volume on EBS`, {
      hint: "choose another --ami",
    });
  return image;
}
