import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAgentRequest } from "../agent-request.ts";
import { systemClock } from "../clock.ts";
import type { Imds } from "../aws/imds.ts";
import { type InstanceEvent, instanceEvents } from "./watch-instance.ts";

const log = { moment: () => undefined, note: () => undefined, console: () => undefined };
const noticePath = "meta-data/spot/instance-action";
const requestPath = "meta-data/tags/instance/runctl:request";

test("a notice is one event, however often it is read", async () => {
  const imds = scripted([{ [noticePath]: notice }, { [noticePath]: notice }]);

  assert.deepEqual(await eventsOf(imds), [
    { kind: "notice", action: "terminate", time: new Date("2026-11-23T08:22:00Z") },
  ]);
});

test("a request is obeyed once and an old one never", async () => {
  const fresh = { verb: "unmount", volumeId: "vol-1", id: `${Date.now()}-a` } as const;
  const old = { verb: "unmount", volumeId: "vol-1", id: `${Date.now() - 61_000}-b` } as const;
  const imds = scripted([
    { [requestPath]: formatAgentRequest(fresh) },
    { [requestPath]: formatAgentRequest(fresh) },
    { [requestPath]: formatAgentRequest(old) },
    { [requestPath]: "format vol-1 9999999999999-c" },
  ]);

  assert.deepEqual(await eventsOf(imds), [{ kind: "request", request: fresh }]);
});

test("metadata that fail once are asked again", async () => {
  const imds = scripted([new Error("no answer"), { [noticePath]: notice }]);
  assert.equal((await eventsOf(imds)).length, 1);
});

const notice = '{"action":"terminate","time":"2026-11-23T08:22:00Z"}';

/** All events until the script is at its end. */
async function eventsOf(imds: Imds & { over: AbortSignal }): Promise<InstanceEvent[]> {
  const found: InstanceEvent[] = [];
  const options = { imds, pollMs: 1, clock: systemClock, log, signal: imds.over };
  for await (const event of instanceEvents(options)) found.push(event);
  return found;
}

/** Metadata that are different at each look; a look reads three paths, the action first. */
function scripted(looks: readonly (Error | Record<string, string>)[]) {
  const over = new AbortController();
  let look = -1;
  return {
    over: over.signal,
    async read(path: string) {
      if (path === noticePath) look += 1;
      const now = looks[look];
      if (look >= looks.length) over.abort(new Error("the script is over"));
      if (now instanceof Error) throw now;
      return now?.[path];
    },
  };
}
