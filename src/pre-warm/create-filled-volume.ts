import type { Aws } from "../aws/connect.ts";
import type { AccountNames } from "../instances/launch-request.ts";
import { type CreatedVolume, createVolume, finishVolume } from "../volumes/create-volume.ts";
import { describeVolumePlan, planVolume, type VolumePlan } from "../volumes/plan-volume.ts";
import type { VolumeRequest } from "../volumes/volume-request.ts";
import type { WorkOptions } from "../work-options.ts";
import { planPreWarmOfNew, preWarm } from "./pre-warm.ts";

/**
 * Plans a volume and, where it has a source, the filling of it. Changes nothing.
 *
 * @throws RunctlError of `planVolume` and `planPreWarmOfNew`: before anything is made it is known
 *   whether instances may read the source.
 */
export async function planFilledVolume(
  aws: Aws,
  request: VolumeRequest,
  account: AccountNames = {},
): Promise<VolumePlan> {
  const plan = await planVolume(aws, request);
  const { preWarmFrom: source, type } = request;
  if (source !== undefined && plan.action === "create") {
    const volume = { type, zone: plan.zone.zone, ...plan.performance };
    await planPreWarmOfNew(aws, volume, { source, op: plan.op, account });
  }
  return plan;
}

/** Makes, fills and verifies a volume as one operation: what was killed before its last step is continued. */
export async function createFilledVolume(
  aws: Aws,
  plan: VolumePlan,
  { account, ...options }: WorkOptions & { account?: AccountNames | undefined },
): Promise<CreatedVolume> {
  const { outcome, volume } = await createVolume(aws, plan, options);
  if (outcome === "kept") return { outcome, volume };
  const { op, request } = plan;
  const source = request.preWarmFrom;
  const ready =
    source === undefined
      ? volume
      : await preWarm(aws, { volume, source, op, account, once: true }, options);
  return { outcome, volume: await finishVolume(aws, ready) };
}

/** The plan in words, as `--dry-run` prints it. */
export function describeFilledPlan(plan: VolumePlan): string[] {
  const source = plan.request.preWarmFrom;
  return [
    ...describeVolumePlan(plan),
    ...(source === undefined || plan.action === "keep"
      ? []
      : [`fill it from ${source} by a temporary spot instance, and verify it`]),
  ];
}
