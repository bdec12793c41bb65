import { requestDetachment } from "../aws/attachments.ts";
import type { Aws } from "../aws/connect.ts";
import { type AwsInstance, findInstance } from "../aws/instances.ts";
import { awsErrorCode } from "../aws/translate-error.ts";
import type { AwsVolume } from "../aws/volumes.ts";
import { waitForVolume, type WaitOptions } from "../aws/wait-for-volume.ts";
import { isRunctlError, RunctlError } from "../errors.ts";
import { step } from "../progress.ts";
import type { WorkOptions } from "../work-options.ts";
import { askAgent, hasAgent } from "./ask-agent.ts";
import { describeBriefly } from "./owned-volumes.ts";

export interface DetachPlan {
  volume: AwsVolume;
  /** Undefined: it is attached to nothing. */
  instanceId: string | undefined;
  /**
   * Who makes sure that it is not mounted: the agent on the instance, nobody because the instance
   * is not running, or the user, who must ask for force.
   */
  unmountBy: "agent" | "not-needed" | "user";
}

/** How long a mounted volume may stay busy before force is used, where the user asked for it. */
const busyPatienceMs = 10_000;

/**
 * Finds out from where the volume is to be detached. Changes nothing.
 *
 * @param instanceId may be undefined where there is only one.
 * @throws RunctlError CONFLICT when it is attached elsewhere, or to several and none was named.
 */
export async function planDetachment(
  aws: Aws,
  volume: AwsVolume,
  instanceId?: string,
): Promise<DetachPlan> {
  const holders = volume.attachments.map((attachment) => attachment.instanceId);
  if (instanceId !== undefined && holders.length > 0 && !holders.includes(instanceId))
    throw new RunctlError(
      "CONFLICT",
      `${describeBriefly(volume)} is attached to ${holders.join(", ")}, not to ${instanceId}`,
    );
  if (instanceId === undefined && holders.length > 1)
    throw new RunctlError(
      "AMBIGUOUS",
      `${describeBriefly(volume)} is attached to ${holders.join(", ")}`,
      { hint: "say from which one by --instance" },
    );
  const from = holders.length === 0 ? undefined : (instanceId ?? holders[0]);
  const instance = from === undefined ? undefined : await findInstance(aws, from);
  return { volume, instanceId: from, unmountBy: whoUnmounts(instance) };
}

function whoUnmounts(instance: AwsInstance | undefined): DetachPlan["unmountBy"] {
  if (instance?.state !== "running") return "not-needed";
  return hasAgent(instance) ? "agent" : "user";
}

/**
 * Unmounts and detaches, and waits until AWS has let go. A volume that may be mounted is not
 * touched without `force`, so that no detachment is left `busy`.
 *
 * @param options.force where unmounting fails or nobody can do it: detach anyway, and after 10 s by AWS's
 *   own force, which loses what the instance had not written.
 * @throws RunctlError REFUSED without an agent and force, OPERATION_FAILED when the agent cannot unmount, TIMEOUT.
 */
export async function detachVolume(
  aws: Aws,
  plan: DetachPlan,
  options: WorkOptions & { force: boolean },
): Promise<{ outcome: "detached" | "kept"; volume: AwsVolume }> {
  const { instanceId } = plan;
  if (instanceId === undefined) return { outcome: "kept", volume: plan.volume };
  const { volumeId } = plan.volume;
  if (plan.unmountBy === "user" && !options.force) throw needsForce(volumeId, instanceId);
  if (plan.unmountBy === "agent")
    await step(options.report, `unmount ${volumeId} on ${instanceId}`, () =>
      unmountByAgent(aws, { volumeId, instanceId }, options),
    );
  const volume = await step(options.report, `detach ${volumeId} from ${instanceId}`, () =>
    detach(aws, { volumeId, instanceId }, options),
  );
  return { outcome: "detached", volume };
}

interface Pair {
  volumeId: string;
  instanceId: string;
}

async function unmountByAgent(
  aws: Aws,
  { volumeId, instanceId }: Pair,
  options: WorkOptions & { force: boolean },
): Promise<void> {
  const hint = `end what uses it, or detach with --force`;
  try {
    const reply = await askAgent(aws, { instanceId, verb: "unmount", volumeId }, options);
    if (reply?.outcome !== "failed") return;
    throw new RunctlError(
      "OPERATION_FAILED",
      `${volumeId} could not be unmounted on ${instanceId}: ${reply.message}`,
      { hint },
    );
  } catch (error) {
    if (!isRunctlError(error) || error.code === "INTERRUPTED" || !options.force) throw error;
    options.report({ kind: "note", text: `${error.message}; forced as you asked` });
  }
}

async function detach(
  aws: Aws,
  { volumeId, instanceId }: Pair,
  options: WorkOptions & { force: boolean },
): Promise<AwsVolume> {
  const waiting: WaitOptions = { ...options, until: `be detached from ${instanceId}` };
  const isGone = (volume: AwsVolume) =>
    !volume.attachments.some((attachment) => attachment.instanceId === instanceId);

  try {
    await requestDetachment(aws, volumeId, { instanceId, force: false });
  } catch (error) {
    // The instance let go by itself, or an earlier run had asked.
    if (awsErrorCode(error) !== "IncorrectState") throw error;
  }
  try {
    const deadlineMs = options.force ? busyPatienceMs : 60_000;
    return await waitForVolume(aws, volumeId, isGone, { ...waiting, deadlineMs });
  } catch (error) {
    if (!isRunctlError(error, "TIMEOUT")) throw error;
    if (!options.force) throw stillBusy(volumeId, instanceId);
  }
  await requestDetachment(aws, volumeId, { instanceId, force: true });
  return waitForVolume(aws, volumeId, isGone, waiting);
}

function needsForce(volumeId: string, instanceId: string): RunctlError {
  return new RunctlError(
    "REFUSED",
    `no agent of runctl runs on ${instanceId}, so nobody can tell whether ${volumeId} is mounted there`,
    { hint: `unmount it there, then 'runctl aws ebs detach ${volumeId} --force'` },
  );
}

function stillBusy(volumeId: string, instanceId: string): RunctlError {
  return new RunctlError(
    "TIMEOUT",
    `${volumeId} is still held by ${instanceId}: AWS lets go of it as soon as it is unmounted there`,
    {
      hint: `'runctl aws ebs detach ${volumeId} --force' takes it away, with what was not written`,
    },
  );
}
