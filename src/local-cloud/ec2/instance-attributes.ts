import type {
  DescribeInstanceAttributeRequest,
  GetConsoleOutputRequest,
  GetConsoleOutputResult,
  InstanceAttribute,
  InstanceBlockDeviceMappingSpecification,
  ModifyInstanceAttributeRequest,
} from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { type Ec2, nowText } from "./ec2.ts";
import { invalidValue, missingParameter, stopIfDryRun } from "./errors.ts";
import { updateInstance } from "./instance-life.ts";
import { requireTypeFacts } from "./instance-types.ts";
import { requireInstance, toSdkInstance } from "./instances.ts";
import { checkUserData } from "./launch-data.ts";
import { requireSecurityGroup } from "./network.ts";
import type { InstanceRow } from "./rows.ts";
import { attachmentsOf, updateAttachment } from "./volumes.ts";

/** Rules: DescribeInstanceAttribute API page; one attribute per call. */
export function describeInstanceAttribute(
  ec2: Ec2,
  input: DescribeInstanceAttributeRequest,
): InstanceAttribute {
  const row = requireInstance(ec2, input.InstanceId ?? "");
  const InstanceId = row.instanceId;
  stopIfDryRun(input);
  switch (input.Attribute) {
    case "instanceType":
      return { InstanceId, InstanceType: { Value: row.instanceType } };
    case "userData":
      return { InstanceId, UserData: row.userData ? { Value: row.userData } : {} };
    case "disableApiTermination":
      return { InstanceId, DisableApiTermination: { Value: row.terminationProtected } };
    case "instanceInitiatedShutdownBehavior":
      return { InstanceId, InstanceInitiatedShutdownBehavior: { Value: row.shutdownBehavior } };
    case "rootDeviceName":
      return { InstanceId, RootDeviceName: { Value: row.rootDeviceName } };
    case "blockDeviceMapping":
      return {
        InstanceId,
        BlockDeviceMappings: toSdkInstance(ec2, row).BlockDeviceMappings ?? [],
      };
    case "ebsOptimized":
      return { InstanceId, EbsOptimized: { Value: row.ebsOptimized } };
    case "groupSet":
      return { InstanceId, Groups: row.securityGroupIds.map((GroupId) => ({ GroupId })) };
    case "sourceDestCheck":
      return { InstanceId, SourceDestCheck: { Value: true } };
    case "enaSupport":
      return { InstanceId, EnaSupport: { Value: true } };
    case "disableApiStop":
      return { InstanceId, DisableApiStop: { Value: false } };
    case "sriovNetSupport":
      return { InstanceId, SriovNetSupport: { Value: "simple" } };
    case "enclaveOptions":
      return { InstanceId, EnclaveOptions: { Enabled: false } };
    case "kernel":
    case "ramdisk":
    case "productCodes":
      return { InstanceId };
    case undefined:
    default:
      throw invalidValue("attribute", input.Attribute, "It is not an instance attribute.");
  }
}

/** Rules: ModifyInstanceAttribute API page; one attribute per call. */
export function modifyInstanceAttribute(ec2: Ec2, input: ModifyInstanceAttributeRequest): void {
  const row = requireInstance(ec2, input.InstanceId ?? "");
  const change = changeOf(ec2, row, input);
  stopIfDryRun(input);
  ec2.store.transaction(change);
}

function changeOf(ec2: Ec2, row: InstanceRow, input: ModifyInstanceAttributeRequest): () => void {
  const update = (part: Partial<InstanceRow>) => () => updateInstance(ec2, row.instanceId, part);
  const named = namedValue(input);
  if (input.BlockDeviceMappings?.length) return changeMappings(ec2, row, input.BlockDeviceMappings);
  if (input.Groups?.length) {
    for (const id of input.Groups) requireSecurityGroup(ec2, id);
    return update({ securityGroupIds: input.Groups });
  }
  const shutdown =
    input.InstanceInitiatedShutdownBehavior?.Value ?? named("instanceInitiatedShutdownBehavior");
  if (shutdown !== undefined) {
    if (shutdown !== "stop" && shutdown !== "terminate") {
      throw invalidValue(
        "instanceInitiatedShutdownBehavior",
        shutdown,
        "It must be stop or terminate.",
      );
    }
    return update({ shutdownBehavior: shutdown });
  }
  const isProtected =
    input.DisableApiTermination?.Value ?? asBoolean(named("disableApiTermination"));
  if (isProtected !== undefined) {
    if (isProtected && row.lifecycle === "spot") {
      throw new ApiError(
        "UnsupportedOperation",
        "Modifying 'disableApiTermination' is not supported for Spot Instances.",
      );
    }
    return update({ terminationProtected: isProtected });
  }
  const instanceType = input.InstanceType?.Value ?? named("instanceType");
  if (instanceType !== undefined) {
    requireStopped(row);
    requireTypeFacts(instanceType);
    return update({ instanceType });
  }
  if (input.UserData?.Value !== undefined) {
    requireStopped(row);
    return update({
      userData: checkUserData(Buffer.from(input.UserData.Value).toString("base64")),
    });
  }
  const ebsOptimized = input.EbsOptimized?.Value ?? asBoolean(named("ebsOptimized"));
  if (ebsOptimized !== undefined) {
    requireStopped(row);
    return update({ ebsOptimized });
  }
  throw missingParameter("Attribute");
}

/** The older spelling: `Attribute` and `Value` side by side. */
function namedValue({ Attribute, Value }: ModifyInstanceAttributeRequest) {
  return (name: string): string | undefined => (Attribute === name ? Value : undefined);
}

function asBoolean(value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : value === "true";
}

function requireStopped({ instanceId, state }: InstanceRow): void {
  if (state !== "stopped") {
    throw new ApiError(
      "IncorrectInstanceState",
      `The instance '${instanceId}' is not in the 'stopped' state.`,
    );
  }
}

/** "If no value is specified for DeleteOnTermination, the default is true" (ModifyInstanceAttribute API page). */
function changeMappings(
  ec2: Ec2,
  { instanceId }: InstanceRow,
  mappings: readonly InstanceBlockDeviceMappingSpecification[],
): () => void {
  const attached = attachmentsOf(ec2, instanceId);
  const changes = mappings.map(({ DeviceName, Ebs }) => {
    const found = attached.find(
      ({ attachment, volume }) =>
        attachment.device === DeviceName && (!Ebs?.VolumeId || Ebs.VolumeId === volume.volumeId),
    );
    if (!found) {
      throw new ApiError(
        "InvalidInstanceAttributeValue",
        `No device is currently mapped at ${DeviceName ?? "-"}`,
      );
    }
    return { volumeId: found.volume.volumeId, keep: Ebs?.DeleteOnTermination === false };
  });
  return () => {
    for (const { volumeId, keep } of changes) {
      updateAttachment(ec2, volumeId, instanceId, (attachment) => ({
        ...attachment,
        deleteOnTermination: !keep,
      }));
    }
  };
}

/** Rules: GetConsoleOutput API page. `Latest` on Nitro only; here both are what the console shows now. */
export async function getConsoleOutput(
  ec2: Ec2,
  input: GetConsoleOutputRequest,
): Promise<GetConsoleOutputResult> {
  const row = requireInstance(ec2, input.InstanceId ?? "");
  if (input.Latest && requireTypeFacts(row.instanceType).hypervisor !== "nitro") {
    throw new ApiError(
      "UnsupportedOperation",
      "This instance type does not support retrieving the latest console logs.",
    );
  }
  stopIfDryRun(input);
  const output = await ec2.backend.consoleOutput(row.instanceId);
  return {
    InstanceId: row.instanceId,
    Timestamp: new Date(nowText(ec2)),
    ...(output.length > 0 ? { Output: Buffer.from(output).toString("base64") } : {}),
  };
}
