import { requestAttachment } from "../aws/attachments.ts";
import type { Aws } from "../aws/connect.ts";
import type { AwsInstance } from "../aws/instances.ts";
import { removeTags } from "../aws/tags.ts";
import type { AwsVolume } from "../aws/volumes.ts";
import { waitForVolume } from "../aws/wait-for-volume.ts";
import { RunctlError } from "../errors.ts";
import { maxMultiAttachments } from "../facts/ebs-limits.ts";
import { step } from "../progress.ts";
import { tagKeys } from "../tags.ts";
import type { WorkOptions } from "../work-options.ts";
import { freeDeviceName, isSameDevice } from "./device-name.ts";
import { describeBriefly, isOwned } from "./owned-volumes.ts";

export interface AttachPlan {
  volume: AwsVolume;
  instanceId: string;
  device: string;
  /** `keep`: AWS has it attached there, or is about to. */
  action: "attach" | "keep";
}

/**
 * Checks an attachment before AWS is asked for it. Changes nothing.
 *
 * @param device undefined: the first free of `/dev/sdf` to `/dev/sdp`, or the one it has there.
 * @throws RunctlError CONFLICT naming both sides: another zone, another instance, another device, a state that forbids it.
 */
export function planAttachment(
  volume: AwsVolume,
  instance: AwsInstance,
  device?: string,
): AttachPlan {
  const { instanceId } = instance;
  const here = volume.attachments.find((attachment) => attachment.instanceId === instanceId);
  if (here && (here.state === "attached" || here.state === "attaching")) {
    if (device === undefined || isSameDevice(here.device, device))
      return { volume, instanceId, device: here.device, action: "keep" };
    throw conflict(
      `${describeBriefly(volume)} is attached to ${instanceId} as ${here.device}, not as ${device}`,
      "on Nitro the name is only a hint: use it as it is, or detach it first",
    );
  }
  requireAttachable(volume, instance);
  const chosen = device ?? freeDeviceName(instance.volumes.map((taken) => taken.device));
  if (chosen === undefined)
    throw conflict(`${instanceId} has no free device name`, "give one by --device");
  const holder = instance.volumes.find((taken) => isSameDevice(taken.device, chosen));
  if (holder)
    throw conflict(
      `${instanceId} has ${holder.volumeId} as ${holder.device}`,
      "give another --device, such as /dev/sdg",
    );
  return { volume, instanceId, device: chosen, action: "attach" };
}

/** Waits until AWS says `attached`; the volume is not called warm from then on. Killed and run again, it finds the attachment and waits on. */
export async function attachVolume(
  aws: Aws,
  plan: AttachPlan,
  options: WorkOptions,
): Promise<{ outcome: "attached" | "kept"; volume: AwsVolume }> {
  const { instanceId, device } = plan;
  const { volumeId } = plan.volume;
  const volume = await step(options.report, `attach ${volumeId} to ${instanceId}`, async () => {
    if (plan.volume.state === "creating")
      await waitForVolume(aws, volumeId, ({ state }) => state !== "creating", {
        ...options,
        until: "become available",
      });
    if (plan.action === "attach") {
      // Nobody knows what a mount by hand will change: first the word "warm" goes.
      if (isOwned(plan.volume) && tagKeys.manifest in plan.volume.tags)
        await removeTags(aws, volumeId, [tagKeys.manifest]);
      await requestAttachment(aws, { volumeId, instanceId, device });
    }
    return waitForVolume(aws, volumeId, (seen) => isAttached(seen, instanceId), {
      ...options,
      until: `be attached to ${instanceId}`,
    });
  });
  return { outcome: plan.action === "keep" ? "kept" : "attached", volume };
}

function isAttached(volume: AwsVolume, instanceId: string): boolean {
  return volume.attachments.some(
    (attachment) => attachment.instanceId === instanceId && attachment.state === "attached",
  );
}

function requireAttachable(volume: AwsVolume, instance: AwsInstance): void {
  const { instanceId } = instance;
  const name = describeBriefly(volume);
  if (volume.zone !== instance.zone)
    throw conflict(
      `${name} is in ${volume.zone}, ${instanceId} in ${instance.zone}`,
      `launch an instance there: runctl aws create --ebs-volume ${volume.volumeId}`,
    );
  if (instance.state !== "running" && instance.state !== "stopped")
    throw conflict(`${instanceId} is ${instance.state}`, "wait until it is running");
  if (volume.state === "error" || volume.state.startsWith("delet"))
    throw conflict(`${name} is in the state ${volume.state}`, "see 'runctl aws ebs list'");

  const [holder] = volume.attachments;
  if (!holder) return;
  const hasRoom = volume.multiAttach && volume.attachments.length < maxMultiAttachments;
  if (hasRoom && !volume.attachments.some((other) => other.instanceId === instanceId)) return;
  throw conflict(
    `${name} is ${holder.state} to ${holder.instanceId}`,
    `first 'runctl aws ebs detach ${volume.volumeId} --instance ${holder.instanceId}'`,
  );
}

function conflict(message: string, hint: string): RunctlError {
  return new RunctlError("CONFLICT", message, { hint });
}
