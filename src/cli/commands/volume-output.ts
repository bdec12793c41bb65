import type { AwsVolume } from "../../aws/volumes.ts";
import { volumePriceUsdPerMonth } from "../../cost/resource-price.ts";
import { wasFilled } from "../../instances/warn-of-unfilled.ts";
import { tagKeys } from "../../tags.ts";
import { nameOf } from "../../volumes/owned-volumes.ts";
import { table } from "../table.ts";

/** A volume as `--output json` prints it. Members that do not apply are null. */
export interface VolumeOutput {
  volumeId: string;
  name: string | null;
  sizeGiB: number;
  type: string;
  iops: number | null;
  throughputMiBps: number | null;
  zone: string;
  state: string;
  encrypted: boolean;
  multiAttach: boolean;
  snapshotId: string | null;
  attachments: { instanceId: string; device: string; state: string }[];
  tags: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** Null where the price table does not have the region. */
  priceUsdPerMonth: number | null;
}

export function volumeOutput(volume: AwsVolume, region: string): VolumeOutput {
  return {
    volumeId: volume.volumeId,
    name: nameOf(volume) ?? null,
    sizeGiB: volume.sizeGiB,
    type: volume.type,
    iops: volume.iops ?? null,
    throughputMiBps: volume.throughputMiBps ?? null,
    zone: volume.zone,
    state: volume.state,
    encrypted: volume.encrypted,
    multiAttach: volume.multiAttach,
    snapshotId: volume.snapshotId ?? null,
    attachments: volume.attachments.map(({ instanceId, device, state }) => ({
      instanceId,
      device,
      state,
    })),
    tags: volume.tags,
    createdAt: volume.createdAt.toISOString(),
    priceUsdPerMonth: volumePriceUsdPerMonth(volume, region) ?? null,
  };
}

/** Several volumes, a line each. */
export function volumeTable(volumes: readonly VolumeOutput[]): string {
  return table(
    ["VOLUME", "NAME", "SIZE", "TYPE", "ZONE", "STATE", "INSTANCE", "HOLDS", "USD/MONTH"],
    volumes.map((volume) => [
      volume.volumeId,
      volume.name ?? "-",
      `${volume.sizeGiB} GiB`,
      volume.type,
      volume.zone,
      volume.state,
      volume.attachments.map((attachment) => attachment.instanceId).join(" ") || "-",
      holds(volume),
      volume.priceUsdPerMonth?.toFixed(2) ?? "-",
    ]),
  );
}

/** All about one volume, a line for each member. */
export function volumeCard(volume: VolumeOutput): string {
  const rows: [string, string | number | null | undefined][] = [
    ["volume", volume.volumeId],
    ["name", volume.name],
    ["size", `${volume.sizeGiB} GiB`],
    ["type", volume.multiAttach ? `${volume.type}, multi-attach` : volume.type],
    ["iops", volume.iops],
    ["throughput", volume.throughputMiBps === null ? null : `${volume.throughputMiBps} MiB/s`],
    ["zone", volume.zone],
    ["state", volume.state],
    ["encrypted", volume.encrypted ? "yes" : "no"],
    ["from snapshot", volume.snapshotId],
    ...volume.attachments.map(({ instanceId, device, state }): [string, string] => [
      state,
      `${instanceId} as ${device}`,
    ]),
    ["holds", holds(volume)],
    ["default mount", volume.tags[tagKeys.mount]],
    ["last used", volume.tags[tagKeys.lastUsed]],
    ["created", volume.createdAt],
    ["price", price(volume)],
  ];
  return table(
    ["", ""],
    rows.flatMap(([label, value]) => (value ? [[label, String(value)]] : [])),
  ).trim();
}

function price({ priceUsdPerMonth }: VolumeOutput): string {
  return priceUsdPerMonth === null
    ? "not known here"
    : `${priceUsdPerMonth.toFixed(2)} USD a month`;
}

/** What is known of the bytes on the volume, from its tags. */
function holds({ tags }: VolumeOutput): string {
  const source = tags[tagKeys.source];
  if (tags[tagKeys.manifest] && source) return `warm: ${source}`;
  if (source) return wasFilled({ tags }) ? `${source}, written since` : `not all of ${source} yet`;
  if (tagKeys.unfinished in tags) return "being made";
  if (tagKeys.blank in tags) return "nothing yet";
  return tags[tagKeys.role] ?? "unknown";
}
