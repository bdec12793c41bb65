import type { Aws } from "../../../aws/connect.ts";
import { removeTags } from "../../../aws/tags.ts";
import { instancePriceUsdPerHour } from "../../../cost/resource-price.ts";
import { RunctlError } from "../../../errors.ts";
import { type LaunchedInstance, launchInstance } from "../../../instances/launch-instance.ts";
import type { LaunchRequest } from "../../../instances/launch-request.ts";
import { type LaunchPlan, planLaunch } from "../../../instances/plan-launch.ts";
import { waitForAgent } from "../../../instances/wait-for-agent.ts";
import { tagKeys } from "../../../tags.ts";
import { allowAccess } from "../../../volumes/allow-access.ts";
import { describeBriefly } from "../../../volumes/owned-volumes.ts";
import type { Context } from "../../context.ts";
import {
  defineCommand,
  optional,
  repeated,
  restAfterDashes,
  toggle,
} from "../../define-command.ts";
import { awsId } from "../../aws-id.ts";
import { type DryRun, dryRun, isDryRun, renderDryRun } from "../../dry-run.ts";
import { ebsVolumeWord, mountPoint } from "../../ebs-volume-word.ts";
import { newName } from "../../parse-reference.ts";
import { duration, gibibytes, oneOf, text, variable } from "../../parsers.ts";
import { warnOfNoMachines } from "../../warn-of-no-machines.ts";
import { instanceCard, type InstanceOutput, instanceOutput } from "../instance-output.ts";
import { readLaunchRequest } from "../launch-input.ts";
import { warnOfSecrets } from "../secret-variables.ts";
import { noticeRoomOfMounts } from "../notice-room.ts";

type Created = InstanceOutput & {
  outcome: LaunchedInstance["outcome"];
  /** Whether the command's end was waited for. */
  waited: boolean;
};

export const create = defineCommand({
  summary: "Launch an instance with its volumes mounted",
  examples: [
    "aws create --spot --ebs-volume datasets --mount-point /mnt/data",
    "aws create --spot --ebs-volume data:/mnt/data:ro --ebs-volume ckpt:/mnt/ckpt --code ./train -- python3 train.py --resume",
    "aws create --instance-type c5.2xlarge --instance-type m5.large --ebs-volume vol-0123456789abcdef0",
  ],
  details:
    "Returns once the volumes are mounted and the command runs. The volumes decide the zone. Several --instance-type " +
    "are tried in order while AWS has no capacity. The command runs as the login user of the image, in the directory " +
    "of --code; when it ends the instance is terminated, unless --when-done keep. Volumes outlive instances. " +
    "--code leaves out .git and what .gitignore and .runctlignore say. Run again after an interruption, it " +
    "launches a new instance; run again after this program was killed, it goes on with the same one.",
  flags: {
    spot: toggle("a spot instance: cheaper, and EC2 may take it back at two minutes' notice"),
    ebsVolume: repeated(
      ebsVolumeWord,
      "volume by id or name, and where to mount it",
      "X[:MOUNT[:ro]]",
    ),
    mountPoint: optional(
      mountPoint,
      "where volumes go that name no mount; default: the volume's own, else /mnt/data",
      "PATH",
    ),
    ebsPersist: toggle("volumes outlive the instance: the default"),
    instanceType: repeated(text, "type; again for what to take without capacity", "TYPE"),
    availabilityZone: optional(text, "such as us-east-1a; default: that of the volumes", "ZONE"),
    subnet: optional(awsId("subnet"), "default: the zone's default subnet", "SUBNET"),
    securityGroup: repeated(awsId("sg"), "default: the default group of the VPC", "GROUP"),
    ami: optional(
      awsId("ami"),
      "default: newest Amazon Linux 2023, for GPUs Deep Learning base",
      "AMI",
    ),
    rootSize: optional(gibibytes, "size of the root volume", "GiB"),
    name: optional(newName, "name to call it by", "NAME"),
    env: repeated(variable, "variable for the command; not for secrets", "KEY=VALUE"),
    code: optional(text, "directory that the command runs in a copy of", "DIR"),
    allowSecrets: toggle("copy --code although it holds what look like secrets"),
    allowLargeCode: toggle("copy --code although it has more than 500 MB"),
    asRoot: toggle("run the command as root"),
    whenDone: optional(oneOf(["terminate", "keep"]), "terminate (default) or keep", "WHAT"),
    grace: optional(
      duration,
      "time to save after SIGTERM; default 90s; a spot notice leaves 83s at most",
      "TIME",
    ),
    poll: optional(duration, "time between two looks for a notice; default 2s", "TIME"),
    wait: toggle(
      "return when the command is done, with its exit code; 6: EC2 took the instance back",
    ),
    instanceProfile: optional(text, "default: runctl-instance", "NAME"),
    stagingBucket: optional(text, "default: the bucket of `aws setup`", "BUCKET"),
  },
  interruption: {
    goesOn: "what was launched goes on",
    sameLineContinues: true,
  },
  positionals: { command: restAfterDashes("what to run once the volumes are mounted") },
  aliases: { ebsMount: "mountPoint" },
  notYet: [
    "ebsSnapshot",
    "ebsEphemeral",
    "placementGroup",
    "instanceStore",
    "instanceStoreMount",
    "s3BucketRegion",
    "ebsOptimized",
    "keyName",
    "secret",
    "mirror",
    "timeout",
  ],
  async run(input, context): Promise<Created | DryRun> {
    if (input.wait && input.command.length === 0) {
      throw new RunctlError("USAGE", "--wait without a command would wait for ever", {
        hint: "a command to run stands after --",
      });
    }
    const aws = await context.aws();
    const request = await readLaunchRequest(aws, input, context);
    const warning = warnOfSecrets(input.env);
    if (warning !== undefined) context.hint(warning);
    if (context.options.dryRun) {
      const plan = await planLaunch(aws, withAccess(request));
      const [instanceType] = plan.instanceTypes;
      const lifecycle = request.spot ? "spot" : "on-demand";
      if (!plan.unfinished && instanceType)
        sayPrice(aws, { instanceType, lifecycle }, request, context);
      return dryRun(describe(plan, request));
    }
    await askForForeignVolumes(aws, request, context);

    await warnOfNoMachines(context);
    const launched = await launchInstance(aws, withAccess(request), context);
    sayPrice(aws, launched, request, context);
    const instance = await follow(aws, launched, input.wait, context);
    return { ...instance, outcome: launched.outcome, waited: input.wait };
  },
  render(result, context) {
    if (isDryRun(result)) return renderDryRun(result);
    const next = nextLine(result);
    if (next !== undefined) context.hint(next);
    return instanceCard(result);
  },
  // Of a command that is not waited for, the end does not decide: it would be a matter of luck.
  exitCode: (result) => (!isDryRun(result) && result.waited ? (result.exitCode ?? 0) : 0),
});

function nextLine({ instanceId, command, exitCode, agentState }: Created): string | undefined {
  if (exitCode !== null) {
    return exitCode === 0 ? undefined : `what it printed: runctl aws logs ${instanceId}`;
  }
  if (agentState !== "running") return undefined;
  return command === null
    ? `without a command it runs, and costs, until: runctl aws terminate ${instanceId}`
    : `next: runctl aws logs ${instanceId} --follow`;
}

/** Waits as far as asked for; the operation's last step is to say that it is finished. */
async function follow(
  aws: Aws,
  { instanceId }: LaunchedInstance,
  wait: boolean,
  context: Context,
): Promise<InstanceOutput> {
  let seen = await waitForAgent(aws, instanceId, { ...context, until: "running" });
  if (wait) {
    context.hint(`the command runs; to watch it: runctl aws logs ${instanceId} --follow`);
    seen = await waitForAgent(aws, instanceId, { ...context, until: "ended" });
  }
  await removeTags(aws, instanceId, [tagKeys.unfinished]);
  return instanceOutput(aws, seen.instance);
}

/** Volumes of the user's own: named by id, and only after a yes. */
async function askForForeignVolumes(
  aws: Aws,
  request: LaunchRequest,
  context: Context,
): Promise<void> {
  const foreign = request.volumes.filter(({ volume }) => volume.tags[tagKeys.access] !== "true");
  if (foreign.length === 0) return;
  await planLaunch(aws, withAccess(request));
  const names = foreign.map(({ volume }) => describeBriefly(volume)).join(", ");
  await context.confirm(`let instances of runctl attach ${names}?`, [
    "runctl did not make it: it is never formatted, deleted or cleaned up",
    `it gets the tag ${tagKeys.access}=true`,
  ]);
  for (const { volume } of foreign) await allowAccess(aws, volume);
}

/** The request as it is once all volumes may be attached. */
function withAccess(request: LaunchRequest): LaunchRequest {
  return {
    ...request,
    volumes: request.volumes.map((wanted) => {
      const tags = { ...wanted.volume.tags, [tagKeys.access]: "true" };
      return { ...wanted, volume: { ...wanted.volume, tags } };
    }),
  };
}

/** What it costs, and what an interruption leaves time for: in one line, from what is known here. */
function sayPrice(
  aws: Aws,
  { instanceType, lifecycle }: Pick<LaunchedInstance, "instanceType" | "lifecycle">,
  request: LaunchRequest,
  context: Context,
): void {
  const isSpot = lifecycle === "spot";
  const price = instancePriceUsdPerHour(instanceType, aws.region);
  const kind = isSpot ? "; spot costs less" : "";
  const free = context.options.local ? "; nothing in the local cloud" : "";
  const { volumes, pollMs, graceSeconds } = request;
  const room = isSpot
    ? noticeRoomOfMounts(volumes, { instanceType, pollMs, graceSeconds })
    : undefined;
  const parts = [
    ...(price === undefined
      ? []
      : [`${instanceType}: ${price} USD an hour on demand${kind}${free}`]),
    ...(room === undefined ? [] : [room]),
  ];
  if (parts.length > 0) context.hint(parts.join("; "));
}

function describe(plan: LaunchPlan, request: LaunchRequest): string[] {
  if (plan.unfinished) return [`go on with ${plan.unfinished.instanceId} of an earlier run`];
  const { zone, instanceTypes, image } = plan;
  const kind = request.spot ? "spot" : "on-demand";
  return [
    ...request.volumes
      .filter(({ volume }) => volume.tags[tagKeys.access] !== "true")
      .map(({ volume }) => `ask whether instances may attach ${volume.volumeId}`),
    `launch one ${kind} instance, ${instanceTypes.join(", else ")}, in ${zone.zone} (${zone.reason})`,
    `from ${image.imageId} (${image.name})`,
    ...request.volumes.map(
      ({ volume, mount, readOnly }) =>
        `mount ${describeBriefly(volume)} at ${mount}${readOnly ? " read-only" : ""}`,
    ),
    ...plan.warnings,
    ...(request.files ?? []).map(({ file }) => `put the code into the staging bucket: ${file.key}`),
    ...(request.work.kind === "command" && request.work.command.length > 0
      ? [`run: ${request.work.command.join(" ")}`]
      : []),
  ];
}
