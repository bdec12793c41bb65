import { randomBytes } from "node:crypto";
import {
  type AgentReply,
  formatAgentRequest,
  parseAgentReply,
  requestLifetimeMs,
  type RequestVerb,
} from "../agent-request.ts";
import type { Aws } from "../aws/connect.ts";
import { type AwsInstance, findInstance } from "../aws/instances.ts";
import { putTags } from "../aws/tags.ts";
import { systemClock } from "../clock.ts";
import { RunctlError } from "../errors.ts";
import { instanceStates, tagKeys } from "../tags.ts";
import type { WorkOptions } from "../work-options.ts";

/**
 * Whether an agent of ours runs on the instance and looks at its requests, as far as its tags tell. One whose command
 * is `done` may stay, with the volumes mounted; where it does not, the instance is about to end.
 */
export function hasAgent(instance: AwsInstance): boolean {
  const state = instanceStates.find((known) => known === instance.tags[tagKeys.state]);
  const isOver = state === undefined || state === "interrupted" || state === "failed";
  return !isOver && instance.state === "running" && instance.tags[tagKeys.managed] === "true";
}

/**
 * Puts a request on the instance and waits for the agent's answer.
 *
 * @returns the answer, be it `ok` or `failed`; undefined when the instance ended meanwhile.
 * @throws RunctlError TIMEOUT when no answer came within the request's life of 60 s.
 */
export async function askAgent(
  aws: Aws,
  request: { instanceId: string; verb: RequestVerb; volumeId?: string },
  options: Pick<WorkOptions, "signal" | "clock">,
): Promise<AgentReply | undefined> {
  const { clock = systemClock, signal } = options;
  const { instanceId, verb, volumeId } = request;
  const end = clock.now() + requestLifetimeMs;
  const id = `${clock.now()}-${randomBytes(4).toString("hex")}`;
  await putTags(aws, instanceId, { [tagKeys.request]: formatAgentRequest({ verb, volumeId, id }) });
  while (clock.now() < end) {
    const instance = await findInstance(aws, instanceId);
    if (instance?.state !== "running") return undefined;
    const reply = parseAgentReply(instance.tags[tagKeys.reply] ?? "");
    if (reply?.id === id) return reply;
    await clock.sleep(500, signal);
  }
  throw new RunctlError("TIMEOUT", `the agent on ${instanceId} did not answer '${verb}' in 60 s`, {
    hint: `look at it with 'runctl aws logs ${instanceId}'`,
  });
}
