import type { Aws } from "../aws/connect.ts";
import { type AwsInstance, consoleOutput, findInstance } from "../aws/instances.ts";
import { getBytes } from "../aws/s3-objects.ts";
import { callerIdentity } from "../aws/sts.ts";
import { systemClock } from "../clock.ts";
import { isRunctlError } from "../errors.ts";
import { tagKeys } from "../tags.ts";
import type { WorkOptions } from "../work-options.ts";
import { stagingBucketName } from "./staging-bucket.ts";

export interface InstanceLog {
  /** What the command printed, or, before it ran, what the machine wrote to its console. */
  from: "command" | "console";
  text: string;
}

/** Where the agent keeps what the command prints. */
function commandLogKey(instanceId: string): string {
  return `logs/${instanceId}/command.log`;
}

/** The log as it is now. The agent uploads it every few seconds and at the end. */
export async function instanceLog(
  aws: Aws,
  instanceId: string,
  stagingBucket?: string,
): Promise<InstanceLog> {
  const caller = await callerIdentity(aws);
  const bucket = stagingBucket ?? stagingBucketName(caller, aws.region).bucket;
  try {
    const bytes = await getBytes(aws, {
      bucket,
      key: commandLogKey(instanceId),
      expectedBucketOwner: caller.accountId,
    });
    return { from: "command", text: new TextDecoder().decode(bytes) };
  } catch (error) {
    if (!isRunctlError(error, "NOT_FOUND")) throw error;
    return { from: "console", text: await consoleOutput(aws, instanceId) };
  }
}

/** New text of the log as it comes, until the work or the instance has ended. */
export async function* followLog(
  aws: Aws,
  instance: AwsInstance,
  { stagingBucket, clock = systemClock, signal }: Partial<WorkOptions> & { stagingBucket?: string },
): AsyncGenerator<InstanceLog> {
  const shown = { command: 0, console: 0 };
  for (;;) {
    // Looked at before the log is read, so that what was written last is not missed.
    const hasEnded = isOver(await findInstance(aws, instance.instanceId));
    const log = await instanceLog(aws, instance.instanceId, stagingBucket);
    const added = log.text.slice(shown[log.from]);
    shown[log.from] = log.text.length;
    if (added) yield { from: log.from, text: added };
    if (hasEnded) return;
    await clock.sleep(1_000, signal);
  }
}

function isOver(instance: AwsInstance | undefined): boolean {
  if (!instance || instance.state === "terminated" || instance.state === "stopped") return true;
  // `done` with `--when-done keep`: the machine goes on, the log does not.
  return instance.tags[tagKeys.state] === "done" || instance.tags[tagKeys.state] === "failed";
}
