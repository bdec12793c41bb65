import { type Clock, systemClock } from "../clock.ts";
import { putTags, type Tags } from "../aws/tags.ts";
import type { Aws } from "../aws/connect.ts";
import { type InstanceState, tagKeys, tagValue } from "../tags.ts";
import type { AgentLog } from "./agent-log.ts";

/** Tells the world by tags of the instance. Nothing here throws or blocks: the work goes on without tags. */
export interface TagReporter {
  state(state: InstanceState, message: string): void;
  tags(tags: Tags): void;
  /** Resolves once all is told, at the latest after `deadlineMs`. */
  flush(deadlineMs: number): Promise<void>;
}

const pausesMs = [200, 500, 1_000, 2_000, 5_000, 10_000];

/** @param onTold called after each successful call, with the tags of it. */
export function tagReporter(
  aws: Aws,
  instanceId: string,
  log: AgentLog,
  onTold: (tags: Tags) => void,
  clock: Clock = systemClock,
): TagReporter {
  let waiting: Tags = {};
  let sending: Promise<void> | undefined;

  /** Later values of a tag replace earlier ones that could not be told yet. */
  async function send(): Promise<void> {
    for (let failures = 0; Object.keys(waiting).length > 0;) {
      const tags = waiting;
      waiting = {};
      try {
        await putTags(aws, instanceId, tags);
        failures = 0;
        onTold(tags);
      } catch (error) {
        waiting = { ...tags, ...waiting };
        if (failures === 0) log.note(`cannot set tags yet: ${(error as Error).message}`);
        await clock.sleep(pausesMs[Math.min(failures, pausesMs.length - 1)]!);
        failures += 1;
      }
    }
  }

  function tell(tags: Tags): void {
    waiting = { ...waiting, ...tags };
    sending ??= send().finally(() => {
      sending = undefined;
    });
  }

  return {
    state(state, message) {
      log.note(`${state}: ${message}`);
      tell({ [tagKeys.state]: state, [tagKeys.message]: tagValue(message) });
    },
    tags: tell,
    async flush(deadlineMs) {
      await Promise.race([sending, clock.sleep(deadlineMs)]);
    },
  };
}
