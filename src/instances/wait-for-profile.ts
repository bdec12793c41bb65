import type { Aws } from "../aws/connect.ts";
import { zonesOffering } from "../aws/instance-types.ts";
import { dryRunInstance } from "../aws/run-instance.ts";
import { isRunctlError } from "../errors.ts";
import { retry } from "../retry.ts";
import type { WorkOptions } from "../work-options.ts";
import { chooseImage } from "./choose-image.ts";
import { chooseSubnet } from "./choose-zone.ts";
import { isProfileUnknown, profileDeadlineMs } from "./late-profile.ts";
import { launchDefaults } from "./launch-request.ts";

/**
 * Asks EC2 until it would launch an instance with the profile, without launching one.
 *
 * @throws RunctlError as EC2 says, when it still would not after a minute.
 */
export async function waitForProfile(
  aws: Aws,
  instanceProfile: string,
  { report, signal, clock }: WorkOptions,
): Promise<void> {
  const { instanceType } = launchDefaults;
  const [image, offered] = await Promise.all([
    chooseImage(aws, { architecture: "x86_64", hasGpu: false }),
    zonesOffering(aws, [instanceType]),
  ]);
  const zone = [...(offered.get(instanceType) ?? [])].toSorted()[0];
  const subnet = zone && (await chooseSubnet(aws, zone, undefined).catch(withoutDefaultSubnet));
  if (!subnet) {
    report({ kind: "note", text: `${aws.region} has no default subnet: launches need --subnet` });
    return;
  }
  const attempt = () =>
    dryRunInstance(aws, {
      clientToken: "",
      instanceType,
      imageId: image.imageId,
      rootDeviceName: image.rootDeviceName,
      rootSizeGiB: Math.max(launchDefaults.minRootSizeGiB, image.rootSizeGiB ?? 0),
      subnetId: subnet.subnetId,
      securityGroupIds: [],
      instanceProfile,
      userData: "",
      spot: false,
      tags: {},
      rootVolumeTags: {},
      otherTags: {},
    });
  await retry(attempt, {
    deadlineMs: profileDeadlineMs,
    delayMs: 500,
    shouldRetry: isProfileUnknown,
    ...(signal ? { signal } : {}),
    ...(clock ? { clock } : {}),
  });
}

function withoutDefaultSubnet(error: unknown): undefined {
  if (isRunctlError(error, "CONFIGURATION")) return undefined;
  throw error;
}
