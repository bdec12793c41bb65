import { instanceReports } from "../instance-reports.ts";
import type { Agent } from "./agent.ts";
import { logShipper } from "./ship-log.ts";

export interface LogShipping {
  /** Sends what is left; the last call before the end. */
  stop(): Promise<void>;
}

const firstRoundMs = 1_000;
const lastRoundMs = 10_000;

/**
 * Copies both logs to `logs/<instance>/`: every second at first, when somebody watches, and ever more rarely up to
 * every 10 s, since each round is a paid PUT. A round that fails is made up for by the next.
 */
export function shipLogs(agent: Agent): LogShipping {
  const { aws, spec, instanceId, paths, clock, log } = agent;
  const place = { aws, bucket: spec.bucket };
  const keys = instanceReports(instanceId);
  const ships = [
    logShipper({ ...place, key: keys.commandLog, file: paths.commandLog }),
    logShipper({ ...place, key: keys.agentLog, file: paths.agentLog }),
  ];
  const stopped = new AbortController();
  let failing = false;

  async function round(): Promise<void> {
    for (const ship of ships)
      try {
        await ship();
        failing = false;
      } catch (error) {
        if (!failing) log.note(`cannot send logs yet: ${(error as Error).message}`);
        failing = true;
      }
  }

  async function rounds(): Promise<void> {
    const begin = clock.now();
    while (!stopped.signal.aborted) {
      await round();
      const pause = Math.max(firstRoundMs, Math.min(lastRoundMs, (clock.now() - begin) / 10));
      await clock.sleep(pause, stopped.signal).catch(() => undefined);
    }
  }

  const done = rounds();
  return {
    async stop() {
      stopped.abort(new Error("the instance ends"));
      await done;
      await round();
    },
  };
}
