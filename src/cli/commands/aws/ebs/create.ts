import type { Aws } from "../../../../aws/connect.ts";
import {
  createFilledVolume,
  describeFilledPlan,
  planFilledVolume,
} from "../../../../pre-warm/create-filled-volume.ts";
import type { VolumePlan } from "../../../../volumes/plan-volume.ts";
import { type EbsVolumeType, volumeTypeLimits } from "../../../../facts/ebs-limits.ts";
import { volumePriceUsdPerMonth } from "../../../../cost/resource-price.ts";
import type { VolumeRequest } from "../../../../volumes/volume-request.ts";
import { accountNames } from "../../../account-names.ts";
import { RunctlError } from "../../../../errors.ts";
import type { Context } from "../../../context.ts";
import { defineCommand, optional, repeated, required, toggle } from "../../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../../dry-run.ts";
import type { Parser } from "../../../parser.ts";
import { newName } from "../../../parse-reference.ts";
import {
  gibibytes,
  keyValue,
  mebibytesPerSecond,
  oneOf,
  s3Prefix,
  text,
  wholeNumber,
} from "../../../parsers.ts";
import { warnOfNoMachines } from "../../../warn-of-no-machines.ts";
import { noticeRoomOfVolume } from "../../notice-room.ts";
import { volumeOutput, volumeTable } from "../../volume-output.ts";

/** Nothing would delete the volume: a tag alone must not be taken for a promise. */
const lifetime: Parser<"keep"> = (word) => {
  if (oneOf(["keep", "run"])(word) === "keep") return "keep";
  throw new RunctlError("NOT_YET", "'run' is not yet there: nothing would delete the volume", {
    hint: "leave it out, and delete the volume when it has served: runctl aws ebs delete VOLUME",
  });
};

const types = Object.keys(volumeTypeLimits) as EbsVolumeType[];

export const create = defineCommand({
  summary: "Create an EBS volume, and fill it from S3 if asked to",
  examples: [
    "aws ebs create --size 500 --name datasets",
    "aws ebs create --size 500 --name training-datasets --pre-warm s3://bucket/datasets/",
    "aws ebs create --type io2 --multi-attach --size 1000 --name shared-datasets",
  ],
  details:
    "Always encrypted. Without --availability-zone: the zone of your volumes if it is one, else the first.\n" +
    "A --name that is there with the same parameters is kept; with others the command fails.",
  flags: {
    size: required(gibibytes, "size", "GiB"),
    type: optional(oneOf(types), "gp3 (default), io2, io1, gp2, st1, sc1 or standard", "TYPE"),
    name: optional(newName, "unique name among your volumes", "NAME"),
    preWarm: optional(s3Prefix, "fill it from here, and verify it", "s3://BUCKET/PREFIX/"),
    iops: optional(wholeNumber, "operations per second (gp3, io1, io2)", "N"),
    throughput: optional(mebibytesPerSecond, "throughput (gp3)", "MiB/s"),
    multiAttach: toggle("several instances may attach it (io1, io2)"),
    availabilityZone: optional(text, "zone, such as us-east-1a", "ZONE"),
    role: optional(oneOf(["data", "checkpoint"]), "data (default) or checkpoint", "ROLE"),
    lifetime: optional(
      lifetime,
      "keep (default); run, to be deleted after a command that used it, is not yet there",
      "LIFETIME",
    ),
    fs: optional(oneOf(["ext4", "xfs"]), "file system of the first mount; default ext4", "FS"),
    kmsKey: optional(text, "key that encrypts it; default: the account's for EBS", "KEY"),
    tag: repeated(keyValue, "a tag of your own", "KEY=VALUE"),
    project: optional(text, "value of the tag Project; default runctl", "NAME"),
  },
  interruption: {
    goesOn: "what was made stays, and an instance that fills it goes on",
    sameLineContinues: true,
  },
  positionals: {},
  async run(input, context) {
    const aws = await context.aws();
    const { config } = context;
    const name = input.name ?? config.name;
    const account = accountNames(config);
    const request: VolumeRequest = {
      sizeGiB: input.size,
      type: input.type ?? "gp3",
      name,
      iops: input.iops,
      throughputMiBps: input.throughput,
      zone: input.availabilityZone,
      role: input.role ?? "data",
      lifetime: input.lifetime ?? "keep",
      fileSystem: input.fs ?? "ext4",
      kmsKeyId: input.kmsKey,
      multiAttach: input.multiAttach,
      tags: { ...config.tags, ...Object.fromEntries(input.tag) },
      project: input.project ?? config.project ?? "runctl",
      preWarmFrom: input.preWarm,
    };
    const plan = await planFilledVolume(aws, request, account);
    if (context.options.dryRun) return dryRun(describeFilledPlan(plan));

    tellPrice(plan, aws, context);
    if (request.preWarmFrom !== undefined) await warnOfNoMachines(context);
    const { outcome, volume } = await createFilledVolume(aws, plan, { ...context, account });
    const word = name ?? volume.volumeId;
    context.hint(
      outcome === "kept"
        ? `${word} is already there, with these parameters`
        : `next: runctl aws create --spot --ebs-volume ${word}:${mountFor(request)}`,
    );
    return { ...volumeOutput(volume, aws.region), outcome };
  },
  render(result) {
    if (isDryRun(result)) return renderDryRun(result);
    return volumeTable([result]);
  },
});

/** The usual mount for each role, so that a dataset and checkpoints go together; a warm volume stays so read-only. */
function mountFor({ role, preWarmFrom }: VolumeRequest): string {
  if (role === "checkpoint") return "/mnt/ckpt";
  return preWarmFrom === undefined ? "/mnt/data" : "/mnt/data:ro";
}

function tellPrice({ action, request, performance }: VolumePlan, aws: Aws, context: Context): void {
  if (action !== "create") return;
  const price = volumePriceUsdPerMonth({ ...request, ...performance }, aws.region);
  if (price === undefined) return;
  const free = context.options.local ? " on AWS, nothing in the local cloud" : "";
  // A volume that is filled holds a dataset: nothing is saved on it.
  const room = request.preWarmFrom ? undefined : noticeRoomOfVolume({ ...request, ...performance });
  const line = `about ${price.toFixed(2)} USD a month${free}${room ? `; ${room}` : ""}`;
  context.report({ kind: "note", text: line });
}
