import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAgentRequest } from "../agent-request.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Agent } from "./agent.ts";
import type { Ending } from "./agent-state.ts";
import { watch } from "./run-agent.ts";

test("a request that takes long keeps nobody from a notice", async () => {
  const over = new AbortController();
  const endings: Ending[] = [];
  const asked: string[] = [];

  await watch(
    agentThatReads(looks),
    over.signal,
    (ending) => {
      endings.push(ending);
      over.abort(new Error("the work ended"));
    },
    async (_agent, { verb }) => {
      asked.push(verb);
      await new Promise(() => undefined);
    },
  );

  assert.deepEqual(endings, [{ kind: "notice", by: Date.parse("2026-11-23T08:22:00Z") }]);
  assert.deepEqual(asked, ["unmount"], "the second waits for the first");
});

/** Requests are too old after 60 s, which may pass between the reading of this file and the test. */
const clock: Clock = { ...systemClock, now: () => Date.parse("2026-11-23T08:20:00Z") };
const volumeId = "vol-0123456789abcdef0";
const asking = (verb: "unmount" | "grow") => ({
  "meta-data/tags/instance/runctl:request": formatAgentRequest({
    verb,
    volumeId,
    id: `${clock.now()}-${verb}`,
  }),
});
const notice = { action: "terminate", time: "2026-11-23T08:22:00Z" };

/** What the metadata hold at each look. */
const looks: readonly Record<string, string>[] = [
  asking("unmount"),
  asking("grow"),
  { "meta-data/spot/instance-action": JSON.stringify(notice) },
];

/** A look reads three paths. */
function agentThatReads(script: typeof looks): Agent {
  let reads = 0;
  return {
    spec: { pollMs: 1 },
    clock,
    log: { moment: () => undefined, note: () => undefined, console: () => undefined },
    imds: { read: async (path: string) => script[Math.floor(reads++ / 3)]?.[path] },
  } as unknown as Agent;
}
