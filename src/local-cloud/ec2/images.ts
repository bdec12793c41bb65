import type { DescribeImagesRequest, DescribeImagesResult, Image } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { type Ec2, nowText } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { applyFilters } from "./filters.ts";
import { checkForm, fixedId } from "./ids.ts";
import { pageOf } from "./paging.ts";

/** A local stand-in for one of Amazon's public images: same names and aliases, the host's own system inside. */
export interface LocalImage {
  imageId: string;
  snapshotId: string;
  name: string;
  description: string;
  architecture: "x86_64" | "arm64";
  rootGiB: number;
  /** The public SSM parameters that name it. */
  parameters: readonly string[];
}

/** The account that owns Amazon Linux images ("Find an AMI", EC2 user guide). */
export const imageOwnerId = "137112412989";
export const rootDeviceName = "/dev/xvda";
const createdAt = "2026-11-01T00:00:00.000Z";

function localImage(
  architecture: LocalImage["architecture"],
  flavour: { name: string; description: string; rootGiB: number; parameters: readonly string[] },
): LocalImage {
  const name = `${flavour.name}-${architecture}`;
  return {
    ...flavour,
    name,
    imageId: fixedId("ami", name),
    snapshotId: fixedId("snap", name),
    architecture,
  };
}

/** Parameter names: "Calling AMI public parameters" (Systems Manager user guide) and the release notes of the Deep Learning AMIs. */
function imagesFor(architecture: LocalImage["architecture"]): LocalImage[] {
  const linux = "/aws/service/ami-amazon-linux-latest/al2023-ami";
  const learning = `/aws/service/deeplearning/ami/${architecture}`;
  return [
    localImage(architecture, {
      name: "al2023-ami-2023.local-kernel-default",
      description: "Amazon Linux 2023 stand-in of the local cloud",
      rootGiB: 8,
      parameters: [
        `${linux}-kernel-default-${architecture}`,
        `${linux}-kernel-6.1-${architecture}`,
        `${linux}-kernel-6.12-${architecture}`,
      ],
    }),
    localImage(architecture, {
      name: "deep-learning-base-al2023.local",
      description:
        "Deep Learning Base OSS Nvidia Driver (Amazon Linux 2023) stand-in of the local cloud",
      rootGiB: 75,
      parameters: [`${learning}/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id`],
    }),
  ];
}

/** Machines run this host's programs, so on a real host only images of its architecture exist. */
export function imagesOf(ec2: Pick<Ec2, "backend">): LocalImage[] {
  if (ec2.backend.kind === "null") return [...imagesFor("x86_64"), ...imagesFor("arm64")];
  return imagesFor(process.arch === "arm64" ? "arm64" : "x86_64");
}

/** Name of each public SSM parameter → image id. */
export function imageParameters(ec2: Pick<Ec2, "backend">): Readonly<Record<string, string>> {
  return Object.fromEntries(
    imagesOf(ec2).flatMap(({ imageId, parameters }) => parameters.map((name) => [name, imageId])),
  );
}

/** Makes the root file systems that instances start from, and the snapshots that hold them. */
export async function prepareImages(ec2: Ec2): Promise<void> {
  for (const image of imagesOf(ec2)) {
    await ec2.backend.prepareImage(image.snapshotId, image.rootGiB);
    if (ec2.snapshots.get(image.snapshotId)) continue;
    ec2.snapshots.put(image.snapshotId, {
      snapshotId: image.snapshotId,
      volumeId: "vol-ffffffff",
      sizeGiB: image.rootGiB,
      description: `Root volume of ${image.name}`,
      encrypted: false,
      kmsKeyId: undefined,
      owner: "amazon",
      state: "completed",
      startedAt: createdAt,
      completedAt: nowText(ec2),
      writtenBytes: 0,
    });
  }
}

/** @throws ApiError InvalidAMIID.Malformed, InvalidAMIID.NotFound */
export function requireImage(ec2: Ec2, imageId: string): LocalImage {
  checkForm("ami", imageId, "InvalidAMIID.Malformed");
  const image = imagesOf(ec2).find((one) => one.imageId === imageId);
  if (!image) {
    throw new ApiError("InvalidAMIID.NotFound", `The image id '[${imageId}]' does not exist`);
  }
  return image;
}

/** Rules and filters: DescribeImages API page. */
export function describeImages(ec2: Ec2, input: DescribeImagesRequest): DescribeImagesResult {
  const ids = input.ImageIds ?? [];
  const named = ids.length > 0 ? ids.map((id) => requireImage(ec2, id)) : imagesOf(ec2);
  const owners = input.Owners ?? [];
  const owned = named.filter(
    () => owners.length === 0 || owners.some((owner) => ["amazon", imageOwnerId].includes(owner)),
  );
  const found = applyFilters(
    owned,
    input.Filters,
    {
      architecture: ({ architecture }) => architecture,
      "block-device-mapping.device-name": () => rootDeviceName,
      "block-device-mapping.snapshot-id": ({ snapshotId }) => snapshotId,
      "creation-date": () => createdAt,
      description: ({ description }) => description,
      "ena-support": () => "true",
      hypervisor: () => "xen",
      "image-id": ({ imageId }) => imageId,
      "image-type": () => "machine",
      "is-public": () => "true",
      name: ({ name }) => name,
      "owner-alias": () => "amazon",
      "owner-id": () => imageOwnerId,
      "platform-details": () => "Linux/UNIX",
      "root-device-name": () => rootDeviceName,
      "root-device-type": () => "ebs",
      state: () => "available",
      "virtualization-type": () => "hvm",
    },
    () => ({}),
  );
  const page = pageOf(found, ({ imageId }) => imageId, input, {
    min: 1,
    max: 1_000,
    hasIds: ids.length > 0,
  });
  stopIfDryRun(input);
  return {
    Images: page.rows.map((image) => toSdkImage(image)),
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

function toSdkImage(image: LocalImage): Image {
  return {
    ImageId: image.imageId,
    Name: image.name,
    Description: image.description,
    Architecture: image.architecture,
    CreationDate: createdAt,
    OwnerId: imageOwnerId,
    ImageOwnerAlias: "amazon",
    ImageLocation: `amazon/${image.name}`,
    ImageType: "machine",
    Public: true,
    State: "available",
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    // "xen" is what DescribeImages says of every HVM image, on Nitro too.
    Hypervisor: "xen",
    VirtualizationType: "hvm",
    EnaSupport: true,
    SriovNetSupport: "simple",
    BootMode: "uefi-preferred",
    ImdsSupport: "v2.0",
    RootDeviceName: rootDeviceName,
    RootDeviceType: "ebs",
    BlockDeviceMappings: [
      {
        DeviceName: rootDeviceName,
        Ebs: {
          SnapshotId: image.snapshotId,
          VolumeSize: image.rootGiB,
          VolumeType: "gp3",
          Iops: 3_000,
          Throughput: 125,
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
    ],
    Tags: [],
  };
}
