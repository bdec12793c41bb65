import type { AwsInstance } from "../../../aws/instances.ts";
import { RunctlError } from "../../../errors.ts";
import { requireInstance } from "../../../instances/find-instance.ts";
import { adminClient } from "../../../local-cloud/admin-client.ts";
import { defineCommand, optional, positional, toggle } from "../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../dry-run.ts";
import { hintVolumesStay } from "../confirm-end.ts";
import { connectFromOptions } from "../../connect-from-options.ts";
import { instanceWord } from "../../parse-reference.ts";
import { duration } from "../../parsers.ts";
import { requireLocalCloud } from "../../require-local-cloud.ts";

const usualNoticeMs = 120_000;

/** @throws RunctlError CONFLICT. */
function requireSpot({ instanceId, lifecycle, state }: AwsInstance): void {
  if (lifecycle !== "spot")
    throw new RunctlError("CONFLICT", `${instanceId} is on demand: only spot is interrupted`, {
      hint: "launch one with: runctl aws create --spot",
    });
  if (state !== "running")
    throw new RunctlError("CONFLICT", `${instanceId} is ${state}: it does not run`, {
      hint: "see what runs: runctl aws list",
    });
}

export const interrupt = defineCommand({
  summary: "Interrupt a spot instance, as EC2 would",
  examples: [
    "local interrupt i-0123456789abcdef0",
    "local interrupt i-0123456789abcdef0 --notice 30s",
    "local interrupt i-0123456789abcdef0 --no-notice",
  ],
  details:
    "With a notice the instance is told, and ends when the time is up. Without one its power is cut: what was not " +
    "synced to a disk is lost. --rebalance alone only recommends to leave; with --notice it comes together with the notice.",
  flags: {
    notice: optional(duration, "time between notice and end (default 120s)", "T"),
    noNotice: toggle("cut the power at once"),
    rebalance: toggle("send a rebalance recommendation"),
  },
  positionals: { instance: positional(instanceWord, "id or name of a running spot instance") },
  async run({ notice, noNotice, rebalance, instance: word }, context) {
    const { options, config, signal } = context;
    if (noNotice && (notice !== undefined || rebalance)) {
      throw new RunctlError("USAGE", "--no-notice excludes --notice and --rebalance", {
        hint: "leave one of them out",
      });
    }
    const recommendOnly = rebalance && notice === undefined;
    const noticeMs = noNotice || recommendOnly ? undefined : (notice ?? usualNoticeMs);
    const client = adminClient(await requireLocalCloud(options.stateDirectory));
    const aws = await connectFromOptions({ ...options, local: true }, config, signal);
    const instance = await requireInstance(aws, word);
    const { instanceId } = instance;
    requireSpot(instance);
    const kind = noNotice ? "no-notice" : recommendOnly ? "rebalance" : "notice";
    if (options.dryRun) return dryRun([`interrupt ${instanceId} (${kind})`]);
    const noticeAt = new Date().toISOString();
    await client.interrupt(instanceId, {
      noticeSeconds: noticeMs === undefined ? undefined : noticeMs / 1000,
      rebalance,
    });
    if (!recommendOnly) hintVolumesStay(instance, context);
    return {
      instanceId,
      kind,
      /** When the instance could first see it. */
      noticeAt,
      endsAt:
        noticeMs === undefined ? null : new Date(Date.parse(noticeAt) + noticeMs).toISOString(),
    };
  },
  render(result) {
    if (isDryRun(result)) return renderDryRun(result);
    const { instanceId: id, kind, noticeAt, endsAt } = result;
    if (kind === "rebalance") return `${id} is recommended to leave`;
    if (endsAt === null) return `${id} has no power any more`;
    const seconds = (Date.parse(endsAt) - Date.parse(noticeAt)) / 1_000;
    return `${id} has its notice, and ends in ${seconds} s, at ${endsAt}`;
  },
});
