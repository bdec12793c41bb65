import type { Aws } from "../../aws/connect.ts";
import type { AwsInstance } from "../../aws/instances.ts";
import { currentSpotPrices, spotPlace } from "../../aws/spot-prices.ts";
import type { Tags } from "../../aws/tags.ts";
import { instancePriceUsdPerHour } from "../../cost/resource-price.ts";
import { isRunctlError } from "../../errors.ts";
import { readCommandTag } from "../../instances/command-tag.ts";
import { mountsOf } from "../../instances/mount-tags.ts";
import { isUserShutdown, whyItLeft } from "../../instances/why-it-left.ts";
import { tagKeys } from "../../tags.ts";
import { table } from "../table.ts";

/** An instance as `--output json` prints it. Members that do not apply are null. */
export interface InstanceOutput {
  instanceId: string;
  name: string | null;
  type: string;
  lifecycle: "spot" | "on-demand";
  zone: string;
  /** pending · running · shutting-down · terminated · stopping · stopped */
  state: string;
  /** What the agent says, `ended` for one that somebody terminated; null for an instance that runctl did not launch. */
  agentState: string | null;
  message: string | null;
  volumes: {
    volumeId: string;
    /** Null for a volume that somebody else attached. */
    mount: string | null;
    readOnly: boolean;
    /** Null until it is attached. */
    device: string | null;
  }[];
  command: string | null;
  exitCode: number | null;
  /** ISO 8601, UTC. */
  launchedAt: string;
  /** Of now on the spot market; null where no price is known. */
  priceUsdPerHour: number | null;
  /** At the price of now, without volumes; null once it has ended: AWS does not say when. */
  costUsdSoFar: number | null;
}

/** Joins instances with the prices of now. */
export async function instanceOutputs(
  aws: Aws,
  instances: readonly AwsInstance[],
  now = Date.now(),
): Promise<InstanceOutput[]> {
  const spotPrices = await spotPricesOf(aws, instances);
  return instances.map((instance) => {
    const { type, zone } = instance;
    const price =
      instance.lifecycle === "spot"
        ? spotPrices.get(spotPlace(type, zone))
        : instancePriceUsdPerHour(type, aws.region);
    return toOutput(instance, price, now);
  });
}

export async function instanceOutput(aws: Aws, instance: AwsInstance): Promise<InstanceOutput> {
  const [output] = await instanceOutputs(aws, [instance]);
  return output!;
}

/** Several instances, a line each. */
export function instanceTable(instances: readonly InstanceOutput[]): string {
  return table(
    ["INSTANCE", "NAME", "TYPE", "ZONE", "STATE", "AGENT", "VOLUMES", "COMMAND", "USD/HOUR"],
    instances.map((instance) => [
      instance.instanceId,
      instance.name ?? "-",
      instance.lifecycle === "spot" ? `${instance.type} spot` : instance.type,
      instance.zone,
      instance.state,
      agentWords(instance) ?? "-",
      instance.volumes.map(({ volumeId }) => volumeId).join(" ") || "-",
      shortened((instance.command ?? "-").replaceAll(/\s+/g, " "), 40),
      (isLive(instance) && instance.priceUsdPerHour?.toFixed(4)) || "-",
    ]),
  );
}

/** All about one instance, a line for each member. */
export function instanceCard(instance: InstanceOutput): string {
  const rows: [string, string | number | null][] = [
    ["instance", instance.instanceId],
    ["name", instance.name],
    ["type", `${instance.type}, ${instance.lifecycle}`],
    ["zone", instance.zone],
    ["state", instance.state],
    ["agent", agentWords(instance)],
    ["message", instance.message],
    ...instance.volumes.map(({ volumeId, mount, readOnly, device }): [string, string] => [
      mount ?? "attached",
      `${volumeId}${readOnly ? ", read-only" : ""}${device ? ` as ${device}` : notThere(instance)}`,
    ]),
    ["command", instance.command],
    ["exit code", instance.exitCode],
    ["launched", instance.launchedAt],
    ["price", isLive(instance) ? priceWords(instance) : null],
    ["cost so far", instance.costUsdSoFar && `${instance.costUsdSoFar.toFixed(2)} USD`],
  ];
  return table(
    ["", ""],
    rows.flatMap(([label, value]) => (value === null ? [] : [[label, String(value)]])),
  ).trim();
}

/** Whether it costs by the hour. */
const isLive = ({ state }: { state: string }) => state === "pending" || state === "running";

function agentWords({ state, agentState, exitCode }: InstanceOutput): string | null {
  if (wasCut(state, agentState)) return `was ${agentState}`;
  return agentState === "done" && exitCode ? `done, exit ${exitCode}` : agentState;
}

/** An agent whose machine lost its power had no time to say so. */
function wasCut(state: string, agentState: string | null): boolean {
  return state === "terminated" && working.includes(agentState ?? "");
}

const working = ["booting", "mounting", "running"];

/** Of a volume that was detached, or let go, while its instance runs on. */
function notThere({ state, agentState }: InstanceOutput): string {
  const wasThere = agentState === "running" || agentState === "interrupted";
  return state === "running" && wasThere ? ", not attached any more" : "";
}

const priceWords = ({ priceUsdPerHour }: InstanceOutput) =>
  priceUsdPerHour && `${priceUsdPerHour} USD an hour`;

/** Prices are an addition: who may not read them still sees the instances. */
async function spotPricesOf(aws: Aws, instances: readonly AwsInstance[]) {
  const spot = instances.filter(({ lifecycle }) => lifecycle === "spot");
  if (spot.length === 0) return new Map<string, number>();
  try {
    return await currentSpotPrices(aws, [...new Set(spot.map(({ type }) => type))]);
  } catch (error) {
    if (isRunctlError(error, "PERMISSION_DENIED")) return new Map<string, number>();
    throw error;
  }
}

function toOutput(instance: AwsInstance, price: number | undefined, now: number): InstanceOutput {
  const { tags, launchedAt } = instance;
  const exitCode = tags[tagKeys.exitCode];
  const hours = (now - launchedAt.getTime()) / 3_600_000;
  return {
    instanceId: instance.instanceId,
    name: tags[tagKeys.name] || null,
    type: instance.type,
    lifecycle: instance.lifecycle,
    zone: instance.zone,
    state: instance.state,
    agentState: agentStateOf(instance),
    message: wasCut(instance.state, tags[tagKeys.state] ?? null)
      ? whyItLeft(instance)
      : tags[tagKeys.message] || null,
    volumes: volumesOf(instance),
    command: commandOf(tags),
    exitCode: exitCode === undefined ? null : Number(exitCode),
    launchedAt: launchedAt.toISOString(),
    priceUsdPerHour: price ?? null,
    costUsdSoFar:
      price === undefined || !isLive(instance) ? null : Math.round(price * hours * 1e4) / 1e4,
  };
}

function commandOf(tags: Tags): string | null {
  const value = tags[tagKeys.command];
  return value === undefined ? null : readCommandTag(value);
}

/** An agent sees a shutdown and calls that interrupted, whoever asked for it; AWS knows who did. */
function agentStateOf({ state, stateReasonCode, tags }: AwsInstance): string | null {
  const said = tags[tagKeys.state] ?? null;
  const isOver = state === "shutting-down" || state === "terminated";
  const wasAsked = isOver && isUserShutdown(stateReasonCode);
  return said === "interrupted" && wasAsked ? "ended" : said;
}

/** What it was launched to mount, and what else is attached; without the root volume. */
function volumesOf(instance: AwsInstance): InstanceOutput["volumes"] {
  const mounts = mountsOf(instance.tags);
  const attached = instance.volumes.filter(({ device }) => device !== instance.rootDeviceName);
  const others = attached.filter(
    ({ volumeId }) => !mounts.some((mount) => mount.volumeId === volumeId),
  );
  return [
    ...mounts.map(({ volumeId, mount, readOnly }) => ({
      volumeId,
      mount,
      readOnly,
      device: attached.find((volume) => volume.volumeId === volumeId)?.device ?? null,
    })),
    ...others.map(({ volumeId, device }) => ({ volumeId, mount: null, readOnly: false, device })),
  ];
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
