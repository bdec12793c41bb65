import assert from "node:assert/strict";
import { test } from "node:test";
import { hurriedClock } from "../../../test/support/hurried-clock.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { RunctlError } from "../../errors.ts";
import { createFlowControl } from "../flow-control.ts";
import { CutConnection } from "../http/http-failure.ts";
import { retryTransfer } from "./retry-transfer.ts";
import { failureOf } from "./s3-failure.ts";
import { slowRequests } from "./slow-requests.ts";

const busy = failureOf({ status: 503, headers: new Map(), text: "" }, "GET");
const cut = new CutConnection("cut");
const fail = async () => {
  throw cut;
};
const half = () => 0.5;
const rangeBytes = () => 8 * 1024 * 1024;

test("what may be gone at the next try is tried again, and counted", async () => {
  const flow = createFlowControl({ parallel: 4, clock: hurriedClock() });
  const failures = [busy, cut, cut];

  const result = await retryTransfer(
    async () => {
      const failure = failures.shift();
      if (failure) throw failure;
      return "done";
    },
    { flow },
  );

  assert.equal(result, "done");
  // One of them asked to slow down.
  assert.deepEqual(flow.counters(), { retries: 3, limit: 2, inFlight: 0 });
});

test("what lasts is thrown at once", async () => {
  const flow = createFlowControl({ parallel: 1, clock: hurriedClock() });
  let attempts = 0;
  const attempt = async () => {
    attempts += 1;
    throw new RunctlError("NOT_FOUND", "gone");
  };

  await assert.rejects(retryTransfer(attempt, { flow }), { code: "NOT_FOUND" });
  assert.equal(attempts, 1);
});

test("pauses double up to twenty seconds, with full jitter", async () => {
  const clock = createManualClock();
  const flow = createFlowControl({ parallel: 1, clock });
  const at: number[] = [];
  const start = clock.now();
  const attempt = async () => {
    at.push(clock.now() - start);
    throw cut;
  };
  const options = { flow, random: half, retryMs: 60_000 };
  const ended = assert.rejects(retryTransfer(attempt, options), cut);
  await clock.advance(120_000);
  await ended;

  const pauses = at.slice(1).map((time, index) => time - at[index]!);
  assert.deepEqual(pauses.slice(0, 4), [50, 100, 200, 400]);
  assert.equal(pauses.at(-1), 10_000);
  assert.ok(at.at(-1)! <= 60_000 && at.at(-1)! > 40_000);
});

test("an attempt that moved something begins the deadline and the pauses anew", async () => {
  const clock = createManualClock();
  const flow = createFlowControl({ parallel: 1, clock });
  let moved = 0;
  const attempt = async () => {
    await clock.sleep(50_000);
    moved += 1;
    if (moved === 10) return "all of it";
    throw cut;
  };
  const done = retryTransfer(attempt, { flow, movedBytes: () => moved, retryMs: 60_000 });
  await clock.advance(600_000);

  assert.equal(await done, "all of it");
});

test("all retries of a transfer share one budget: a storm is fed with ten a second", async () => {
  const clock = createManualClock();
  const flow = createFlowControl({ parallel: 300, clock });
  let attempts = 0;
  const attempt = async () => {
    attempts += 1;
    throw cut;
  };
  const options = { flow, random: () => 0, retryMs: 60_000 };
  const ended = Array.from({ length: 300 }, () => retryTransfer(attempt, options).catch(() => {}));

  await clock.advance(10_000);

  // 300 first attempts, 100 at once from the budget, then ten a second.
  assert.ok(attempts >= 480 && attempts <= 520, `${attempts}`);
  await clock.advance(3_600_000);
  await Promise.all(ended);
});

test("an abort ends the pause between attempts with its reason", async () => {
  const clock = createManualClock();
  const flow = createFlowControl({ parallel: 1, clock });
  const abort = new AbortController();
  const sent = retryTransfer(fail, { flow, signal: abort.signal, random: half });
  const ended = assert.rejects(sent, { message: "enough" });
  await clock.advance(10);
  abort.abort(new Error("enough"));
  await ended;
});

test("a request that takes three times as long as nearly all others is given up and made again", async () => {
  const clock = createManualClock();
  const flow = createFlowControl({ parallel: 1, clock });
  const times = [...Array.from({ length: 20 }, () => 1_000), 500_000, 1_000];
  let attempts = 0;
  const attempt = async (signal: AbortSignal | undefined) => {
    attempts += 1;
    await clock.sleep(times.shift()!, signal);
  };
  const all = (async () => {
    for (let count = 0; count < 21; count += 1) {
      await retryTransfer(attempt, { flow, bytes: rangeBytes, restartsSlow: true });
    }
  })();

  await clock.advance(30_000);
  await all;

  assert.equal(attempts, 22);
  assert.equal(flow.counters().retries, 0);
});

test("only a few of all requests are given up as slow, as then it is not the connection", () => {
  const slow = slowRequests();
  assert.equal(slow.limitMs(1), undefined);
  for (let count = 0; count < 100; count += 1) slow.note(1024 * 1024, 500);
  assert.equal(slow.limitMs(1024 * 1024), 1_500);
  assert.equal(slow.limitMs(3 * 1024 * 1024), 3_000);
  assert.equal(slow.limitMs(0), 1_000);
  const given = Array.from({ length: 50 }, () => slow.mayGiveUp()).filter(Boolean);
  assert.equal(given.length, 7);
});
