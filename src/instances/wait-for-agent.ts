import type { Aws } from "../aws/connect.ts";
import {
  type AwsInstance,
  consoleOutput,
  findInstance,
  terminateInstance,
} from "../aws/instances.ts";
import { systemClock } from "../clock.ts";
import { isRunctlError, RunctlError } from "../errors.ts";
import { noticeMessage, tagKeys } from "../tags.ts";
import type { WorkOptions } from "../work-options.ts";
import { bootFailure } from "./boot-failure.ts";
import { bootSteps } from "./boot-steps.ts";
import { isReclaim, whyItLeft } from "./why-it-left.ts";

export interface AgentWait extends WorkOptions {
  /** running: volumes are mounted and the work runs. ended: the work is done, whatever its exit code. */
  until: "running" | "ended";
  /** Without a sign of the agent for this long it is given up; default 5 minutes. */
  bootDeadlineMs?: number;
}

export interface AgentOutcome {
  instance: AwsInstance;
  state: "running" | "done";
  /** Of the command; undefined while it runs, and for work that is no command. */
  exitCode: number | undefined;
}

/** Time between two looks: short while a start is being watched, longer for the work itself. */
const lookMs = { booting: 500, working: 2_000 };

/**
 * Follows the tags by which the agent tells how far it is, and reports each step.
 *
 * @throws RunctlError SPOT_INTERRUPTED when EC2 took the instance back; INSTANCE_FAILED when the agent failed, never
 *   came, or the instance left early for another reason; its console's last lines are reported before. An instance
 *   whose agent never came is terminated.
 */
export async function waitForAgent(
  aws: Aws,
  instanceId: string,
  { until, bootDeadlineMs = 300_000, report, signal, clock = systemClock }: AgentWait,
): Promise<AgentOutcome> {
  const steps = bootSteps(report);
  const giveUpAt = clock.now() + bootDeadlineMs;
  for (;;) {
    const instance = await findInstance(aws, instanceId);
    const state = instance?.tags[tagKeys.state] ?? "booting";
    steps.reach(state);
    if (instance && (state === "done" || (state === "running" && until === "running")))
      return { instance, state, exitCode: exitCodeOf(instance) };
    if (instance && (state === "failed" || state === "interrupted" || isGone(instance))) {
      steps.fail();
      throw await failure(aws, instance, state, report);
    }
    if (state === "booting" && clock.now() >= giveUpAt) {
      steps.fail();
      throw await giveUp(aws, instanceId, bootDeadlineMs, report);
    }
    await clock.sleep(state === "running" ? lookMs.working : lookMs.booting, signal);
  }
}

/** While it is shutting down its agent may still say why. */
function isGone({ state }: AwsInstance): boolean {
  return state === "terminated" || state === "stopped";
}

function exitCodeOf({ tags }: AwsInstance): number | undefined {
  const code = tags[tagKeys.exitCode];
  return code !== undefined && /^\d+$/.test(code) ? Number(code) : undefined;
}

async function failure(
  aws: Aws,
  instance: AwsInstance,
  state: string,
  report: WorkOptions["report"],
): Promise<RunctlError> {
  const { instanceId, tags } = instance;
  if (wasTakenBack(instance))
    return new RunctlError("SPOT_INTERRUPTED", `EC2 took the spot instance ${instanceId} back`, {
      hint: "its volumes are kept: run the same command again to go on",
    });
  // Any other shutdown: somebody stops or terminates it, or its own command does.
  if (state === "interrupted")
    return new RunctlError("INSTANCE_FAILED", `${instanceId} was interrupted`, {
      hint: "its volumes are kept: run the same command again to go on",
    });
  const text = await showConsole(aws, instanceId, report);
  const why =
    state === "failed"
      ? (tags[tagKeys.message] ?? "no reason given")
      : (bootFailure(text) ?? whyItLeft(instance));
  return new RunctlError("INSTANCE_FAILED", `${instanceId}: ${why}`, {
    hint: `runctl aws logs ${instanceId}`,
  });
}

/** By EC2, as AWS says afterwards, or the agent when it got the notice. */
function wasTakenBack({ stateReasonCode, tags }: AwsInstance): boolean {
  return isReclaim(stateReasonCode) || (tags[tagKeys.message] ?? "").startsWith(noticeMessage);
}

async function giveUp(
  aws: Aws,
  instanceId: string,
  afterMs: number,
  report: WorkOptions["report"],
): Promise<RunctlError> {
  await showConsole(aws, instanceId, report);
  await terminateInstance(aws, instanceId);
  const seconds = Math.round(afterMs / 1_000);
  return new RunctlError(
    "INSTANCE_FAILED",
    `no sign of the agent on ${instanceId} in ${seconds} s; it is being terminated`,
    { hint: "the console's last lines are above; the subnet needs a route to S3 and EC2" },
  );
}

const consoleLines = 20;

/** @returns all of the console. */
async function showConsole(
  aws: Aws,
  instanceId: string,
  report: WorkOptions["report"],
): Promise<string> {
  const text = await consoleOutput(aws, instanceId).catch((error: unknown) => {
    if (isRunctlError(error)) return "";
    throw error;
  });
  const lines = text.trimEnd().split("\n").slice(-consoleLines);
  if (text.trim() !== "")
    report({ kind: "note", text: [`console of ${instanceId}:`, ...lines].join("\n  ") });
  return text;
}
