import { setTimeout as delay } from "node:timers/promises";
import { requestAttachment, requestDetachment } from "../../src/aws/attachments.ts";
import type { Aws } from "../../src/aws/connect.ts";
import { findInstance } from "../../src/aws/instances.ts";
import { putBytes } from "./s3-objects.ts";
import { callerIdentity } from "../../src/aws/sts.ts";
import { putTags } from "../../src/aws/tags.ts";
import { findVolumeById } from "../../src/aws/volumes.ts";
import { createNullBackend, type NullBackend } from "../../src/local-cloud/hosts/null-backend.ts";
import { instanceReports } from "../../src/instance-reports.ts";
import { stagingBucketName } from "../../src/instances/staging-bucket.ts";
import { mountsOf } from "../../src/instances/mount-tags.ts";
import { isManaged, tagKeys } from "../../src/tags.ts";

/** What a machine of this backend does instead of booting an agent. */
export type GuestPlay = "fill" | "fill but one key" | "fail" | "vanish";

export interface FillingBackend extends NullBackend {
  /** Set before the first launch. */
  aws: Aws | undefined;
  /** Undefined: the account's own. */
  stagingBucket: string | undefined;
  /** For the machines to come, in order; the last one for all others. */
  plays: GuestPlay[];
  /** Resolves when no machine plays any more. */
  atRest(): Promise<void>;
}

/** A null backend whose machines do to EC2 what an agent with the work "fill" would, and end. */
export function createFillingBackend(): FillingBackend {
  const backend = createNullBackend();
  const playing = new Set<Promise<void>>();

  async function play(instanceId: string, part: GuestPlay, aws: Aws): Promise<void> {
    const instance = await findInstance(aws, instanceId);
    const [mount] = mountsOf(instance?.tags ?? {});
    if (!mount) throw new Error(`${instanceId} has no volume to fill`);
    const { volumeId } = mount;
    if (part === "vanish") return backend.powerOff(instanceId);
    if (part === "fail") {
      const tags = { [tagKeys.state]: "failed", [tagKeys.message]: "disk is full" };
      await putTags(aws, instanceId, tags);
      return backend.powerOff(instanceId);
    }
    await untilRunning(aws, instanceId);
    await requestAttachment(aws, { volumeId, instanceId, device: "/dev/sdf" });
    await putTags(aws, instanceId, { [tagKeys.state]: "running" });
    const volume = await findVolumeById(aws, volumeId);
    const isOwned = volume !== undefined && isManaged(volume);
    await putTags(aws, isOwned ? volumeId : instanceId, { [tagKeys.progress]: "50% 1/2 objects" });
    await requestDetachment(aws, volumeId, { instanceId, force: false });
    while ((await findVolumeById(aws, volumeId))?.state !== "available") await delay(20);
    if (part === "fill" && isOwned) await putTags(aws, volumeId, { [tagKeys.manifest]: "0123" });
    if (part === "fill but one key") await reportRefused(aws, instanceId, filling.stagingBucket);
    await putTags(aws, instanceId, { [tagKeys.state]: "done" });
    backend.powerOff(instanceId);
  }

  const filling: FillingBackend = {
    ...backend,
    aws: undefined,
    stagingBucket: undefined,
    plays: ["fill"],
    async boot(machine, services) {
      await backend.boot(machine, services);
      const part = filling.plays.length > 1 ? filling.plays.shift() : filling.plays[0];
      if (!filling.aws || !part) throw new Error("nobody has said what the machine shall play");
      const game = play(machine.instanceId, part, filling.aws);
      playing.add(game);
      void game.finally(() => playing.delete(game));
    },
    async atRest() {
      while (playing.size > 0) await Promise.all(playing);
    },
  };
  return filling;
}

async function reportRefused(aws: Aws, instanceId: string, wanted?: string): Promise<void> {
  const bucket = wanted ?? stagingBucketName(await callerIdentity(aws), aws.region).bucket;
  const refused = [{ name: "digits/../x", reason: "it leaves" }];
  const key = instanceReports(instanceId).refusedKeys;
  await putBytes(aws, { bucket, key }, JSON.stringify(refused));
}

async function untilRunning(aws: Aws, instanceId: string): Promise<void> {
  while ((await findInstance(aws, instanceId))?.state !== "running") await delay(20);
}
