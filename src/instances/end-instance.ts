import type { Aws } from "../aws/connect.ts";
import {
  type AwsInstance,
  findInstance,
  stopInstance as requestStop,
  terminateInstance as requestTermination,
} from "../aws/instances.ts";
import { systemClock } from "../clock.ts";
import { RunctlError } from "../errors.ts";
import { step } from "../progress.ts";
import { askAgent, hasAgent } from "../volumes/ask-agent.ts";
import type { WorkOptions } from "../work-options.ts";

/** EC2 itself gives a machine a few minutes to shut down, and forces it then. */
const endDeadlineMs = 600_000;

/**
 * @throws RunctlError CONFLICT for an instance that cannot be stopped.
 */
export function requireStoppable({ instanceId, lifecycle, state }: AwsInstance): void {
  if (lifecycle === "spot")
    throw new RunctlError("CONFLICT", `${instanceId} is a one-time spot instance: it cannot stop`, {
      hint: `end it, its volumes stay: runctl aws terminate ${instanceId}`,
    });
  if (state === "shutting-down" || state === "terminated")
    throw new RunctlError("CONFLICT", `${instanceId} is ${state}`, { hint: "runctl aws list" });
}

/**
 * Has the agent end the command, unmount and detach, and stops the machine then.
 *
 * @throws RunctlError OPERATION_FAILED when the agent could not let go of a volume: the machine runs on.
 */
export async function stopInstance(
  aws: Aws,
  instance: AwsInstance,
  options: WorkOptions,
): Promise<"stopped" | "kept"> {
  requireStoppable(instance);
  const { instanceId } = instance;
  if (instance.state === "stopped") return "kept";
  if (hasAgent(instance))
    await step(options.report, "unmount and detach", async () => {
      const reply = await askAgent(aws, { instanceId, verb: "stop" }, options);
      if (reply?.outcome === "failed")
        throw new RunctlError("OPERATION_FAILED", `${instanceId}: ${reply.message}`, {
          hint: `runctl aws logs ${instanceId}`,
        });
    });
  await step(options.report, "stop", async () => {
    await requestStop(aws, instanceId);
    await waitUntil(aws, instanceId, "stopped", options);
  });
  return "stopped";
}

/**
 * Ends the instance. Its operating system shuts down first, so that the agent lets the command save, unmounts
 * and detaches. Volumes but the root volume stay.
 */
export async function terminateInstance(
  aws: Aws,
  instance: AwsInstance,
  options: WorkOptions,
): Promise<"terminated" | "kept"> {
  const { instanceId } = instance;
  if (instance.state === "terminated") return "kept";
  await step(options.report, `terminate ${instanceId}`, async () => {
    await requestTermination(aws, instanceId);
    await waitUntil(aws, instanceId, "terminated", options);
  });
  return "terminated";
}

async function waitUntil(
  aws: Aws,
  instanceId: string,
  wanted: "stopped" | "terminated",
  { clock = systemClock, signal }: WorkOptions,
): Promise<void> {
  const end = clock.now() + endDeadlineMs;
  for (;;) {
    const instance = await findInstance(aws, instanceId);
    const state = instance?.state ?? "terminated";
    if (state === wanted || state === "terminated") return;
    if (clock.now() > end)
      throw new RunctlError("TIMEOUT", `${instanceId} is still ${state} after 10 minutes`, {
        hint: `look at it with 'runctl aws show ${instanceId}'`,
      });
    await clock.sleep(500, signal);
  }
}
