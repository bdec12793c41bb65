import type { Aws } from "../../aws/connect.ts";
import { consoleOutput } from "../../aws/instances.ts";
import { callerIdentity } from "../../aws/sts.ts";
import { isRunctlError } from "../../errors.ts";
import { stagingBucketName } from "../../instances/staging-bucket.ts";
import { fetchBytes } from "../../transfer/fetch-bytes.ts";

/** The last 64 KiB that the instance wrote to its console; also after it is gone. */
export function readConsole(aws: Aws, instanceId: string): Promise<string> {
  return consoleOutput(aws, instanceId);
}

/** What the agent has sent of its log to the staging bucket so far. */
export async function readAgentLog(aws: Aws, instanceId: string): Promise<string> {
  const { bucket } = stagingBucketName(await callerIdentity(aws), aws.region);
  try {
    const key = `logs/${instanceId}/agent.log`;
    return (await fetchBytes(aws, { bucket, key })).toString();
  } catch (error) {
    if (isRunctlError(error, "NOT_FOUND")) return "";
    throw error;
  }
}
