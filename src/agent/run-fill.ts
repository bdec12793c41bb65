import { putTags } from "../aws/tags.ts";
import { instanceReports } from "../instance-reports.ts";
import type { FillWork } from "../launch-spec.ts";
import { tagKeys } from "../tags.ts";
import type { LeftOut } from "../transfer/transfer-result.ts";
import { uploadBytes } from "../transfer/upload-bytes.ts";
import type { Agent } from "./agent.ts";
import type { Ending } from "./agent-state.ts";
import { type FillProgress, fillVolume } from "./fill-volume.ts";
import { reportTarget } from "./report-target.ts";

const reportEveryMs = 2_000;

/** Fills the mounted volume; the tag `runctl:progress` says how far it is. */
export async function runFill(agent: Agent, work: FillWork, signal: AbortSignal): Promise<Ending> {
  const { spec, aws, log, clock } = agent;
  const { volumeId, source } = work;
  const volume = spec.volumes.find((one) => one.volumeId === volumeId);
  if (!volume) throw new Error(`the launch spec does not mount ${volumeId}`);
  const target = await reportTarget(agent, volumeId);
  let nextReport = 0;
  const filled = await fillVolume({
    aws,
    source,
    directory: volume.mount,
    report: (event) => {
      if (event.kind === "step" && event.state !== "started")
        log.note(`${event.label}: ${event.detail ?? event.state}`);
    },
    onProgress: (progress) => {
      if (clock.now() < nextReport) return;
      nextReport = clock.now() + reportEveryMs;
      void putTags(aws, target, { [tagKeys.progress]: progressText(progress) }).catch(
        (error: Error) => log.note(error.message),
      );
    },
    signal,
  });
  log.note(`filled ${volumeId}`, { ...filled });
  if (filled.refused.length > 0) await tellRefused(agent, filled.refused);
  return {
    kind: "filled",
    volumeId,
    manifestHash: filled.manifestHash,
    objects: filled.objects,
    bytes: filled.bytes,
    refused: filled.refused.length,
  };
}

/** The keys are too many for a tag; whoever waits for the fill reads them from the staging bucket. */
async function tellRefused(
  { aws, spec, instanceId }: Agent,
  refused: readonly LeftOut[],
): Promise<void> {
  const place = { bucket: spec.bucket, key: instanceReports(instanceId).refusedKeys };
  await uploadBytes(aws, place, Buffer.from(JSON.stringify(refused)));
}

/** Such as `41% 4100/10000 objects`. */
function progressText({ objects, totalObjects, phase }: FillProgress): string {
  const percent = Math.floor((100 * objects) / Math.max(1, totalObjects));
  const done = `${percent}% ${objects}/${totalObjects} objects`;
  return phase === "verify" ? `${done} verified` : done;
}
