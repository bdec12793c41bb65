import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/support/manual-clock.ts";
import { adaptiveLimit } from "./s3/adaptive-limit.ts";
import { type FlowControl, createFlowControl } from "./flow-control.ts";

const MiB = 1024 * 1024;

/** Keeps `wanted` requests under way, each of `ms`, and tells how many ended well. */
function keepBusy(flow: FlowControl, wanted: number, ms: number) {
  let done = 0;
  const over = new AbortController();
  for (let index = 0; index < wanted; index += 1) {
    void (async () => {
      while (!over.signal.aborted) {
        await flow.run(() => flow.clock.sleep(ms));
        flow.noteSuccess();
        done += 1;
      }
    })();
  }
  return { done: () => done, stop: () => over.abort() };
}

test("no more requests run at once than are allowed, and the next begins as one ends", async () => {
  const clock = createManualClock();
  const flow = createFlowControl({ parallel: 3, clock });
  const work = keepBusy(flow, 8, 100);

  await clock.advance(1_050);

  assert.equal(flow.counters().inFlight, 3);
  assert.equal(work.done(), 30);
  work.stop();
  await clock.advance(1_000);
});

test("a limit is halved by a burst of 503s, once, and grows back by one in each round", async () => {
  const clock = createManualClock();
  const flow = createFlowControl({ parallel: 32, clock });
  const work = keepBusy(flow, 32, 100);
  await clock.advance(500);

  for (let count = 0; count < 20; count += 1) flow.noteBusy();
  assert.equal(flow.counters().limit, 16);
  await clock.advance(1_500);
  flow.noteBusy();
  assert.ok(flow.counters().limit <= 16, `${flow.counters().limit}`);

  await clock.advance(5_000);
  assert.ok(flow.counters().limit > 16 && flow.counters().limit <= 32);
  assert.ok(flow.counters().inFlight <= flow.counters().limit);
  work.stop();
  await clock.advance(1_000);
});

test("a storm of 503s leaves one request at a time, never none", () => {
  let now = 0;
  const limit = adaptiveLimit(64, () => now);
  for (; now < 60_000; now += 1_000) limit.noteBusy();
  assert.equal(limit.value(), 1);
});

test("a limit that nobody uses up does not grow", () => {
  const limit = adaptiveLimit(8, () => 0);
  limit.noteBusy();
  for (let count = 0; count < 100; count += 1) limit.noteSuccess(2);
  assert.equal(limit.value(), 4);
});

test("answers that take many times as long as before lower the limit; steady ones do not, however slow", () => {
  let now = 0;
  const limit = adaptiveLimit(40, () => now);
  const answers = (count: number, ms: number) => {
    for (let index = 0; index < count; index += 1) {
      now += 50;
      limit.noteLatency(ms);
    }
  };
  answers(500, 150);
  assert.equal(limit.value(), 40);
  answers(60, 2_000);
  assert.ok(limit.value() < 40, `${limit.value()}`);

  const slow = adaptiveLimit(40, () => now);
  for (let count = 0; count < 500; count += 1) slow.noteLatency(2_000);
  assert.equal(slow.value(), 40);
});

for (const { name, bytes, perSecond } of [
  { name: "of pieces that fit", bytes: 64 * 1024, perSecond: 10 * MiB },
  { name: "of pieces larger than a second's worth", bytes: 8 * MiB, perSecond: 3 * MiB },
]) {
  test(`a bandwidth limit is kept within 5 % in the long run, ${name}`, async () => {
    const clock = createManualClock();
    const flow = createFlowControl({ parallel: 4, bytesPerSecond: perSecond, clock });
    let moved = 0;
    const over = new AbortController();
    for (let index = 0; index < 4; index += 1) {
      void (async () => {
        while (!over.signal.aborted) {
          await flow.run(async () => void (moved += bytes), { bytes });
        }
      })();
    }

    const seconds = 30;
    await clock.advance(seconds * 1_000);

    over.abort();
    const rate = moved / seconds / perSecond;
    assert.ok(rate > 0.95 && rate < 1.05 + bytes / perSecond / seconds, `${rate} of the limit`);
    await clock.advance(60_000);
  });
}

test("under a bandwidth limit requests ask for about a second's worth, in whole MiB", () => {
  const usual = 16 * MiB;
  const of = (bytesPerSecond: number) =>
    createFlowControl({ parallel: 1, bytesPerSecond }).pieceBytes(usual);
  assert.equal(of(100 * MiB), usual);
  assert.equal(of(5.5 * MiB), 5 * MiB);
  assert.equal(of(10_000), MiB);
  assert.equal(createFlowControl({ parallel: 1 }).pieceBytes(usual), usual);
});

test("work that is aborted while it waits for bandwidth gives back what it did not move", async () => {
  const clock = createManualClock();
  const flow = createFlowControl({ parallel: 2, bytesPerSecond: MiB, clock });
  await flow.run(async () => {}, { bytes: MiB });
  const abort = new AbortController();
  const waiting = flow.run(async () => {}, { bytes: 100 * MiB, signal: abort.signal });
  const ended = assert.rejects(waiting, { message: "enough" });
  abort.abort(new Error("enough"));
  await ended;

  const next = flow.run(async () => "now", { bytes: 1 });
  await clock.advance(1_000);
  assert.equal(await next, "now");
});
