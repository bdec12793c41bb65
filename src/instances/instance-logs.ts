import type { Aws } from "../aws/connect.ts";
import { type AwsInstance, consoleOutput, findInstance } from "../aws/instances.ts";
import { callerIdentity } from "../aws/sts.ts";
import { systemClock } from "../clock.ts";
import { instanceReports } from "../instance-reports.ts";
import { tagKeys } from "../tags.ts";
import type { ObjectLocation } from "../transfer/object-location.ts";
import type { WorkOptions } from "../work-options.ts";
import { logReader } from "./log-reader.ts";
import { stagingBucketName } from "./staging-bucket.ts";

export interface InstanceLog {
  /** What the command printed, or, before it ran, what the machine wrote to its console. */
  from: "command" | "console";
  text: string;
}

/** The log as it is now. The agent uploads it every few seconds and at the end. */
export async function instanceLog(
  aws: Aws,
  instanceId: string,
  stagingBucket?: string,
): Promise<InstanceLog> {
  const read = logReader(aws, await commandLog(aws, instanceId, stagingBucket));
  const bytes = await read();
  return bytes
    ? { from: "command", text: new TextDecoder().decode(bytes) }
    : { from: "console", text: await consoleOutput(aws, instanceId) };
}

async function commandLog(
  aws: Aws,
  instanceId: string,
  stagingBucket?: string,
): Promise<ObjectLocation> {
  const caller = await callerIdentity(aws);
  const bucket = stagingBucket ?? stagingBucketName(caller, aws.region).bucket;
  const key = instanceReports(instanceId).commandLog;
  return { bucket, key, expectedBucketOwner: caller.accountId };
}

/** New text of the log as it comes, until the work or the instance has ended. */
export async function* followLog(
  aws: Aws,
  { instanceId }: Pick<AwsInstance, "instanceId">,
  { stagingBucket, clock = systemClock, signal }: Partial<WorkOptions> & { stagingBucket?: string },
): AsyncGenerator<InstanceLog> {
  const read = logReader(aws, await commandLog(aws, instanceId, stagingBucket));
  // A character may come in two pieces.
  const decoder = new TextDecoder();
  let shownOfConsole = 0;
  for (;;) {
    // Looked at before the log is read, so that what was written last is not missed.
    const hasEnded = isOver(await findInstance(aws, instanceId));
    const bytes = await read();
    if (bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (text) yield { from: "command", text };
    } else {
      const output = await consoleOutput(aws, instanceId);
      const text = output.slice(shownOfConsole);
      shownOfConsole = output.length;
      if (text) yield { from: "console", text };
    }
    if (hasEnded) return;
    await clock.sleep(1_000, signal);
  }
}

function isOver(instance: AwsInstance | undefined): boolean {
  if (!instance || instance.state === "terminated" || instance.state === "stopped") return true;
  // `done` with `--when-done keep`: the machine goes on, the log does not.
  return instance.tags[tagKeys.state] === "done" || instance.tags[tagKeys.state] === "failed";
}
