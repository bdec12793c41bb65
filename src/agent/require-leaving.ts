import type { Aws } from "../aws/connect.ts";
import { findInstance } from "../aws/instances.ts";
import type { Clock } from "../clock.ts";
import { RunctlError } from "../errors.ts";
import { isLeaving } from "../tags.ts";

/** A notice is seen, and said in a tag, within some seconds; AWS may show either late. */
const doubtMs = 60_000;

/**
 * A look at who has a volume that this instance waits for, to be repeated while it waits. One that is being
 * interrupted lets go soon; for one that goes on working, this instance would wait and cost for nothing.
 */
export function requireLeaving({ aws, clock }: { aws: Aws; clock: Clock }) {
  let since: number | undefined;
  /**
   * @param holder undefined: nobody has it, or whoever has it lets go already.
   * @throws RunctlError CONFLICT once a holder has shown for a minute that it stays.
   */
  return async (volumeId: string, holder: string | undefined): Promise<void> => {
    if (holder === undefined || !(await isStaying(aws, holder))) {
      since = undefined;
      return;
    }
    since ??= clock.now();
    if (clock.now() - since < doubtMs) return;
    throw new RunctlError("CONFLICT", `${volumeId} is used by ${holder}, which is not leaving`, {
      hint: `wait for it, or end it: runctl aws terminate ${holder}`,
    });
  };
}

async function isStaying(aws: Aws, instanceId: string): Promise<boolean> {
  const holder = await findInstance(aws, instanceId).catch(() => undefined);
  return holder?.state === "running" && !isLeaving(holder);
}
