import type { Aws } from "../aws/connect.ts";
import { type AwsVolume, requestDeletion } from "../aws/volumes.ts";
import { waitForDeletion } from "../aws/wait-for-volume.ts";
import { awsErrorCode } from "../aws/translate-error.ts";
import { RunctlError } from "../errors.ts";
import { step } from "../progress.ts";
import type { WorkOptions } from "../work-options.ts";
import { describeBriefly } from "./owned-volumes.ts";

/** @throws RunctlError CONFLICT naming the instance while the volume is attached. */
export function requireDeletable(volume: AwsVolume): void {
  const [attachment] = volume.attachments;
  if (!attachment) return;
  const { instanceId, state } = attachment;
  throw new RunctlError("CONFLICT", `${describeBriefly(volume)} is ${state} to ${instanceId}`, {
    hint: `first 'runctl aws ebs detach ${volume.volumeId} --instance ${instanceId}'`,
  });
}

/** Deletes a volume and all that is on it, and waits until AWS says that it is gone. */
export async function deleteVolume(
  aws: Aws,
  volume: AwsVolume,
  options: WorkOptions,
): Promise<void> {
  requireDeletable(volume);
  await step(options.report, `delete ${volume.volumeId}`, async () => {
    try {
      await requestDeletion(aws, volume.volumeId);
    } catch (error) {
      if (awsErrorCode(error) !== "InvalidVolume.NotFound") throw error;
    }
    await waitForDeletion(aws, volume.volumeId, options);
  });
}
