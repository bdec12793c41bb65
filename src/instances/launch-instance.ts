import { systemClock } from "../clock.ts";
import type { Aws } from "../aws/connect.ts";
import type { AwsInstance, InstanceId } from "../aws/instances.ts";
import { type NewInstance, runInstance } from "../aws/run-instance.ts";
import { awsErrorCode } from "../aws/translate-error.ts";
import { isRunctlError, RunctlError } from "../errors.ts";
import { clientToken } from "../operation.ts";
import { step } from "../progress.ts";
import { retry } from "../retry.ts";
import { birthTags } from "./birth-tags.ts";
import { isProfileUnknown, profileDeadlineMs } from "./late-profile.ts";
import { launchDefaults, type LaunchRequest } from "./launch-request.ts";
import { launchSpecOf } from "./launch-spec-of.ts";
import { findUnfinished, type LaunchPlan, planLaunch } from "./plan-launch.ts";
import { stageBootFiles, stageOnce } from "./stage.ts";
import { userData } from "./user-data.ts";
import type { WorkOptions } from "../work-options.ts";
import { yieldVolumes } from "./yield-volumes.ts";

export interface LaunchedInstance {
  instanceId: InstanceId;
  instanceType: string;
  zone: string;
  lifecycle: "spot" | "on-demand";
  imageId: string;
  /** continued: an earlier run of the same operation had launched it and was killed. */
  outcome: "launched" | "continued";
}

/**
 * Checks, stages what the instance boots from, and launches it. Resolves when AWS has taken the launch;
 * `waitForAgent` tells what becomes of it. Killed at any point and called again it ends in one instance.
 *
 * @throws RunctlError of `planLaunch` before anything is made; CAPACITY when no type is to be had; QUOTA;
 *   CONFLICT of `yieldVolumes`.
 */
export async function launchInstance(
  aws: Aws,
  request: LaunchRequest,
  options: WorkOptions,
): Promise<LaunchedInstance> {
  const { report } = options;
  const plan = await step(report, "check", () => planLaunch(aws, request), describePlan);
  if (plan.unfinished) return launched(plan.unfinished, "continued");
  for (const text of plan.warnings) report({ kind: "note", text });

  const spec = launchSpecOf(aws.region, plan, request);
  const place = { bucket: plan.bucket, accountId: plan.caller.accountId };
  const files = await step(report, "stage", async () => {
    for (const { file, body } of request.files ?? [])
      await stageOnce(aws, place, file, async () => body);
    return stageBootFiles(aws, place, spec, plan.architecture);
  });
  options.signal?.throwIfAborted();
  const instance = await step(
    report,
    "launch",
    () => runFirstAvailable(aws, plan, request, userData(spec, files, request.bootLimits), options),
    ({ instanceId, type, zone }) => `${instanceId}, ${type} in ${zone}`,
  );
  await yieldVolumes(aws, instance, request);
  return launched(instance, "launched");
}

/** The first of the types that AWS has capacity for. */
async function runFirstAvailable(
  aws: Aws,
  plan: LaunchPlan,
  request: LaunchRequest,
  text: string,
  options: WorkOptions,
): Promise<AwsInstance> {
  const refusals: unknown[] = [];
  for (const instanceType of plan.instanceTypes) {
    try {
      return await runOne(aws, plan, request, { instanceType, userData: text }, options);
    } catch (error) {
      if (!isRunctlError(error, "CAPACITY")) throw error;
      refusals.push(error);
      options.report({ kind: "note", text: `no capacity for ${instanceType}: ${error.message}` });
    }
  }
  const kind = request.spot ? "spot capacity" : "capacity";
  throw new RunctlError(
    "CAPACITY",
    `no ${kind} in ${plan.zone.zone} for ${plan.instanceTypes.join(", ")}`,
    {
      hint: request.spot
        ? "try later, add another --instance-type, or leave --spot out"
        : "try later, or add another --instance-type",
      cause: refusals.at(-1),
    },
  );
}

async function runOne(
  aws: Aws,
  plan: LaunchPlan,
  request: LaunchRequest,
  { instanceType, userData: text }: Pick<NewInstance, "instanceType" | "userData">,
  { clock = systemClock, signal }: WorkOptions,
): Promise<AwsInstance> {
  let count = plan.finishedCount;
  const attempt = async () => {
    const meanwhile = count > plan.finishedCount && (await findUnfinished(aws, request));
    if (meanwhile) return meanwhile;
    return runInstance(aws, {
      clientToken: clientToken(request.op, { count, type: instanceType, zone: plan.zone.zone }),
      instanceType,
      imageId: plan.image.imageId,
      rootDeviceName: plan.image.rootDeviceName,
      rootSizeGiB:
        request.rootSizeGiB ?? Math.max(launchDefaults.minRootSizeGiB, plan.image.rootSizeGiB ?? 0),
      subnetId: plan.subnetId,
      securityGroupIds: request.securityGroupIds ?? [],
      instanceProfile: plan.instanceProfile,
      userData: text,
      spot: request.spot,
      ...birthTags(request, plan.caller),
    });
  };
  return retry(attempt, {
    deadlineMs: profileDeadlineMs,
    delayMs: 500,
    clock,
    ...(signal ? { signal } : {}),
    shouldRetry(error) {
      if (isTokenUsed(error)) {
        count += 1;
        return true;
      }
      return isProfileUnknown(error);
    },
  });
}

/**
 * An earlier result of the token has ended and AWS shows it no more, or it was of another version of the agent:
 * the next number is asked for.
 */
function isTokenUsed(error: unknown): boolean {
  const code = awsErrorCode(error);
  return code === "IdempotentInstanceTerminated" || code === "IdempotentParameterMismatch";
}

function describePlan({ zone, instanceTypes, unfinished }: LaunchPlan): string {
  if (unfinished) return `${unfinished.instanceId} of an earlier run goes on`;
  return `${instanceTypes.join(", ")} in ${zone.zone} (${zone.reason})`;
}

function launched(instance: AwsInstance, outcome: LaunchedInstance["outcome"]): LaunchedInstance {
  const { instanceId, type, zone, lifecycle, imageId } = instance;
  return { instanceId, instanceType: type, zone, lifecycle, imageId, outcome };
}
