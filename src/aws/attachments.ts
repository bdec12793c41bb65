import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { RunctlError } from "../errors.ts";
import { awsErrorCode } from "./translate-error.ts";

export interface NewAttachment {
  volumeId: string;
  instanceId: string;
  /** Such as `/dev/sdf`; on Nitro only a hint. */
  device: string;
}

/** Asks to attach a volume; AWS keeps it when the instance ends, as it does with all that is attached after launch. */
export async function requestAttachment(aws: Aws, attachment: NewAttachment): Promise<void> {
  const { AttachVolumeCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  await call("ec2:AttachVolume", () =>
    client.send(
      new AttachVolumeCommand({
        VolumeId: attachment.volumeId,
        InstanceId: attachment.instanceId,
        Device: attachment.device,
      }),
    ),
  ).catch((error: unknown) => {
    throw awsErrorCode(error) === "CustomerKeyHasBeenRevoked"
      ? keyRefused(attachment, error)
      : error;
  });
}

/** AWS does not name the permission. */
function keyRefused({ volumeId }: NewAttachment, cause: unknown): RunctlError {
  const message = `ec2:AttachVolume: kms:CreateGrant is missing for the key that encrypts ${volumeId}, or the key is disabled`;
  return new RunctlError("PERMISSION_DENIED", message, {
    hint: "runctl aws setup --kms-key ARN",
    cause,
  });
}

/**
 * Asks to detach a volume. One that is mounted becomes `busy` and stays so until it is unmounted.
 *
 * @param options.force gives the instance I/O errors and loses what it had not written.
 */
export async function requestDetachment(
  aws: Aws,
  volumeId: string,
  options: { instanceId: string; force: boolean },
): Promise<void> {
  const { DetachVolumeCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  await call("ec2:DetachVolume", () =>
    client.send(
      new DetachVolumeCommand({
        VolumeId: volumeId,
        InstanceId: options.instanceId,
        ...(options.force ? { Force: true } : {}),
      }),
    ),
  );
}
