import type { AwsVolume } from "../../../../aws/volumes.ts";
import { tagKeys } from "../../../../tags.ts";
import { deleteVolume, requireDeletable } from "../../../../volumes/delete-volume.ts";
import { requireVolume } from "../../../../volumes/find-volume.ts";
import { describeBriefly, isOwned } from "../../../../volumes/owned-volumes.ts";
import { defineCommand, positional } from "../../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../../dry-run.ts";
import { volumeWord } from "../../../parse-reference.ts";

export const deleteCommand = defineCommand({
  summary: "Delete a volume and all that is on it",
  examples: ["aws ebs delete datasets", "aws ebs delete vol-0123456789abcdef0 --yes"],
  details:
    "A volume that runctl did not make is deleted only by its id. Attached volumes are refused.",
  flags: {},
  interruption: {
    goesOn: "a deletion that was asked for goes on",
    sameLineContinues: true,
  },
  positionals: { volume: positional(volumeWord, "id, or name of a volume that runctl made") },
  notYet: ["snapshotFirst"],
  async run(input, context) {
    const aws = await context.aws();
    const volume = await requireVolume(aws, input.volume);
    requireDeletable(volume);
    if (context.options.dryRun) return dryRun([`delete ${describeBriefly(volume)} and its data`]);
    await context.confirm(`delete ${describeBriefly(volume)}?`, whatIsLost(volume));
    await deleteVolume(aws, volume, context);
    return { volumeId: volume.volumeId, outcome: "deleted" as const };
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : `${result.volumeId} deleted`),
});

function whatIsLost(volume: AwsVolume): string[] {
  const { tags } = volume;
  const facts = [
    isOwned(volume) ? undefined : "runctl did not make this volume",
    `${volume.sizeGiB} GiB of ${volume.type} in ${volume.zone}, made ${volume.createdAt.toISOString()}`,
    tagKeys.blank in tags ? "it was never mounted" : "everything on it is lost; there is no undo",
    tags[tagKeys.source] ? `filled from ${tags[tagKeys.source]}` : undefined,
    tags[tagKeys.lastUsed] ? `last used ${tags[tagKeys.lastUsed]}` : undefined,
  ];
  return facts.filter((fact) => fact !== undefined);
}
