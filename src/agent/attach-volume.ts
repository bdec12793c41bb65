import { requestAttachment, requestDetachment } from "../aws/attachments.ts";
import type { Aws } from "../aws/connect.ts";
import { awsErrorCode } from "../aws/translate-error.ts";
import { type AwsVolume, findVolumeById } from "../aws/volumes.ts";
import type { Clock } from "../clock.ts";
import { isRunctlError, RunctlError } from "../errors.ts";
import type { VolumeSpec } from "../launch-spec.ts";
import type { AgentLog } from "./agent-log.ts";
import { requireLeaving } from "./require-leaving.ts";

export interface AttachContext {
  aws: Aws;
  instanceId: string;
  log: AgentLog;
  clock: Clock;
  signal: AbortSignal;
}

/** How long another instance may take to let go. */
const deadlineMs = 600_000;

/** AWS page "Device names for volumes on Amazon EC2 instances": recommended for EBS data volumes on every AMI. */
const deviceLetters = "fghijklmnop";

/** Another may hold it still, AWS may not know it yet, or AWS is busy: all of that passes. */
const passing =
  /^(VolumeInUse|IncorrectState|InvalidVolume\.NotFound|RequestLimitExceeded|Unavailable|InternalError|ServiceUnavailable|IncorrectInstanceState)$/;

/**
 * Attaches a volume to this instance; the attachment is the lock that keeps two instances from one volume. Of a
 * multi-attach volume it is that, too, for who writes: ext4 and XFS break under two machines unless nobody does.
 *
 * @param place which of the spec's volumes it is; only decides the device name.
 * @throws RunctlError TIMEOUT when it is not ours after 10 minutes; CONFLICT when who has it stays; REFUSED when AWS would delete it with the instance.
 */
export async function attachVolume(
  context: AttachContext,
  spec: VolumeSpec,
  place: number,
): Promise<AwsVolume> {
  const { aws, instanceId, log, clock, signal } = context;
  const end = clock.now() + deadlineMs;
  const requireHope = requireLeaving(context);
  let letter = place;
  let said = "";
  for (let pause = 150; ; pause = Math.min(2_000, pause * 1.3)) {
    const volume = await findVolume(aws, spec.volumeId);
    const ours = volume?.attachments.find((attachment) => attachment.instanceId === instanceId);
    const others = othersOf(volume, instanceId);
    const isAlone = others.length === 0 || isShared(spec, volume);
    if (volume && ours?.state === "attached") {
      requireKept(spec, ours.deleteOnTermination);
      if (isAlone || others.every((other) => isBefore(ours, other))) return volume;
      // Two have asked at the same time: nothing is mounted here yet, and the first keeps it.
      await requestDetachment(aws, spec.volumeId, { instanceId, force: false });
    }
    if (volume && ["error", "deleting", "deleted"].includes(volume.state))
      throw new RunctlError("CONFLICT", `${spec.volumeId} is in the state ${volume.state}`);
    let obstacle = describeObstacle(spec, volume, instanceId);
    if (volume && !ours && !spec.attachedAtLaunch && isAlone && isFree(volume)) {
      const device = `/dev/sd${deviceLetters[letter % deviceLetters.length]}`;
      try {
        await requestAttachment(aws, { volumeId: spec.volumeId, instanceId, device });
      } catch (error) {
        if (/device|already in use/i.test((error as Error).message)) letter += 1;
        else if (!isPassing(error)) throw error;
        obstacle = (error as Error).message;
      }
    }
    if (obstacle !== said) log.note(obstacle);
    said = obstacle;
    await requireHope(spec.volumeId, isAlone ? undefined : keeperOf(others));
    if (clock.now() > end)
      throw new RunctlError("TIMEOUT", `${spec.volumeId} was not free in 10 minutes: ${obstacle}`);
    await clock.sleep(pause, signal);
  }
}

function isPassing(error: unknown): boolean {
  return isRunctlError(error, "UNREACHABLE") || passing.test(awsErrorCode(error) ?? "");
}

/** Whether others may have it at the same time. */
const isShared = (spec: VolumeSpec, volume: AwsVolume | undefined) =>
  volume?.multiAttach === true && spec.readOnly;

type Attachment = AwsVolume["attachments"][number];

function othersOf(volume: AwsVolume | undefined, instanceId: string): Attachment[] {
  return volume?.attachments.filter((attachment) => attachment.instanceId !== instanceId) ?? [];
}

/** The first that has it and was not asked to let go. */
function keeperOf(others: readonly Attachment[]): string | undefined {
  return others.find(({ state }) => state === "attached")?.instanceId;
}

function isBefore(one: Attachment, other: Attachment): boolean {
  const difference = (one.attachedAt?.getTime() ?? 0) - (other.attachedAt?.getTime() ?? 0);
  return difference === 0 ? one.instanceId < other.instanceId : difference < 0;
}

function isFree(volume: AwsVolume): boolean {
  return volume.state === "available" || (volume.multiAttach && volume.state === "in-use");
}

async function findVolume(aws: Aws, volumeId: string): Promise<AwsVolume | undefined> {
  try {
    return await findVolumeById(aws, volumeId);
  } catch (error) {
    if (isRunctlError(error, "PERMISSION_DENIED")) throw error;
    return undefined;
  }
}

function describeObstacle(
  spec: VolumeSpec,
  volume: AwsVolume | undefined,
  instanceId: string,
): string {
  if (!volume) return `waiting for AWS to describe ${spec.volumeId}`;
  const [other] = othersOf(volume, instanceId);
  if (other && !isShared(spec, volume))
    return `waiting for ${spec.volumeId}: ${other.state} at ${other.instanceId}`;
  return `attaching ${spec.volumeId}`;
}

function requireKept(spec: VolumeSpec, deleteOnTermination: boolean): void {
  if (!deleteOnTermination) return;
  throw new RunctlError(
    "REFUSED",
    `${spec.volumeId} is attached with DeleteOnTermination: AWS would delete it with this instance`,
    { hint: "set DeleteOnTermination of the attachment to false, then launch again" },
  );
}
