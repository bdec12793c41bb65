import { requestDetachment } from "../aws/attachments.ts";
import type { Aws } from "../aws/connect.ts";
import { findVolumeById } from "../aws/volumes.ts";
import type { Clock } from "../clock.ts";
import { isRunctlError, RunctlError } from "../errors.ts";

/**
 * Detaches an unmounted volume from this instance and waits until AWS has done so, for only then may another attach it.
 *
 * @throws RunctlError TIMEOUT with the state that it stayed in.
 */
export async function detachVolume(
  { aws, instanceId, clock }: { aws: Aws; instanceId: string; clock: Clock },
  volumeId: string,
  deadlineMs: number,
): Promise<void> {
  const end = clock.now() + deadlineMs;
  let failure: unknown;
  for (let pause = 100; ; pause = Math.min(1_000, pause * 1.3)) {
    try {
      const volume = await findVolumeById(aws, volumeId);
      const state = volume?.attachments.find((one) => one.instanceId === instanceId)?.state;
      if (state === undefined || state === "detached") return;
      if (state === "attached")
        await requestDetachment(aws, volumeId, { instanceId, force: false });
      failure = new RunctlError("TIMEOUT", `${volumeId} is still ${state}`);
    } catch (error) {
      if (isRunctlError(error, "PERMISSION_DENIED")) throw error;
      failure = error;
    }
    if (clock.now() > end) throw failure;
    await clock.sleep(pause);
  }
}
