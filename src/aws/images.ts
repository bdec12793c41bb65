import { isRunctlError, RunctlError } from "../errors.ts";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";

type ImageId = `ami-${string}`;

export interface AwsImage {
  imageId: ImageId;
  name: string;
  /** x86_64 · arm64 · … */
  architecture: string;
  /** Such as `/dev/xvda`; the only device of the image that a launch may change. */
  rootDeviceName: string;
  /** Undefined for an image whose root is not on EBS. */
  rootSizeGiB: number | undefined;
}

/** @throws RunctlError NOT_FOUND when the image does not exist or is not shared with this account. */
export async function requireImage(aws: Aws, imageId: string): Promise<AwsImage> {
  const { DescribeImagesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const answer = await call("ec2:DescribeImages", () =>
    client.send(new DescribeImagesCommand({ ImageIds: [imageId] })),
  ).catch((error: unknown) => {
    if (isRunctlError(error, "NOT_FOUND")) return { Images: [] };
    throw error;
  });
  const image = answer.Images?.[0];
  if (!image?.RootDeviceName)
    throw new RunctlError("NOT_FOUND", `image ${imageId} is not in ${aws.region}`, {
      hint: "leave --ami out to take the newest Amazon Linux 2023",
    });
  const root = image.BlockDeviceMappings?.find(
    (mapping) => mapping.DeviceName === image.RootDeviceName,
  );
  return {
    imageId: imageId as ImageId,
    name: image.Name ?? "",
    architecture: image.Architecture ?? "",
    rootDeviceName: image.RootDeviceName,
    rootSizeGiB: root?.Ebs?.VolumeSize,
  };
}
