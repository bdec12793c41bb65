import type { Clock } from "../clock.ts";
import {
  type AgentRequest,
  parseAgentRequest,
  requestLifetimeMs,
  requestTime,
} from "../agent-request.ts";
import { tagKeys } from "../tags.ts";
import type { AgentLog } from "./agent-log.ts";
import type { Imds } from "../aws/imds.ts";

export type InstanceEvent =
  /** AWS page "Spot Instance interruption notices": two minutes before. */
  | { kind: "notice"; action: string; time: Date }
  /** AWS page "EC2 instance rebalance recommendations": the risk is elevated; no time is known. */
  | { kind: "rebalance"; noticeTime: string }
  | { kind: "request"; request: AgentRequest };

export interface WatchOptions {
  imds: Imds;
  pollMs: number;
  clock: Clock;
  log: AgentLog;
  signal: AbortSignal;
}

/** What happens to the instance, each event once, until the signal aborts. An IMDS that fails is asked again. */
export async function* instanceEvents(options: WatchOptions): AsyncGenerator<InstanceEvent> {
  const { imds, pollMs, clock, log, signal } = options;
  const seen = new Set<string>();
  let failing = false;
  while (!signal.aborted) {
    const begin = clock.now();
    try {
      const events = await look(imds, begin);
      failing = false;
      for (const { id, event } of events) {
        if (seen.has(id)) continue;
        seen.add(id);
        yield event;
      }
    } catch (error) {
      if (!failing) log.note((error as Error).message);
      failing = true;
    }
    await clock.sleep(Math.max(0, pollMs - (clock.now() - begin)), signal).catch(() => undefined);
  }
}

async function look(imds: Imds, now: number): Promise<{ id: string; event: InstanceEvent }[]> {
  const [action, rebalance, request] = await Promise.all([
    imds.read("meta-data/spot/instance-action"),
    imds.read("meta-data/events/recommendations/rebalance"),
    imds.read(`meta-data/tags/instance/${tagKeys.request}`),
  ]);
  return [
    ...(action ? [notice(action)] : []),
    ...(rebalance ? [recommendation(rebalance)] : []),
    ...requests(request, now),
  ];
}

function notice(text: string): { id: string; event: InstanceEvent } {
  const { action, time } = JSON.parse(text) as { action: string; time: string };
  return { id: `notice ${time}`, event: { kind: "notice", action, time: new Date(time) } };
}

function recommendation(text: string): { id: string; event: InstanceEvent } {
  const { noticeTime } = JSON.parse(text) as { noticeTime: string };
  return { id: `rebalance ${noticeTime}`, event: { kind: "rebalance", noticeTime } };
}

/** A request that is older than 60 s belongs to someone who waits no more. */
function requests(text: string | undefined, now: number) {
  const request = text === undefined ? undefined : parseAgentRequest(text);
  if (!request || !(now - requestTime(request) < requestLifetimeMs)) return [];
  return [{ id: `request ${request.id}`, event: { kind: "request", request } as const }];
}
