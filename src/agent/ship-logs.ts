import type { Agent } from "./agent.ts";
import { logShipper } from "./ship-log.ts";

export interface LogShipping {
  /** Sends what is left; the last call before the end. */
  stop(): Promise<void>;
}

const roundMs = 10_000;

/** Copies both logs to `logs/<instance>/` every 10 s. A round that fails is made up for by the next. */
export function shipLogs(agent: Agent): LogShipping {
  const { aws, spec, instanceId, paths, clock, log } = agent;
  const place = { aws, bucket: spec.bucket };
  const ships = [
    logShipper({ ...place, key: `logs/${instanceId}/command.log`, file: paths.commandLog }),
    logShipper({ ...place, key: `logs/${instanceId}/agent.log`, file: paths.agentLog }),
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
    while (!stopped.signal.aborted) {
      await round();
      await clock.sleep(roundMs, stopped.signal).catch(() => undefined);
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
