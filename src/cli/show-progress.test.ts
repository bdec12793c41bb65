import assert from "node:assert/strict";
import { test } from "node:test";
import { showProgress } from "./show-progress.ts";

function screen(isTerminal: boolean) {
  let text = "";
  return {
    text: () => text,
    write: (more: string) => void (text += more),
    isTerminal,
    columns: 60,
    color: false,
    verbose: false,
  };
}

/** Time that passes when told to. */
function manualTimer() {
  let time = 0;
  const waiting = new Set<{ at: number; work: () => void }>();
  return {
    now: () => time,
    later(ms: number, work: () => void) {
      const entry = { at: time + ms, work };
      waiting.add(entry);
      return { cancel: () => void waiting.delete(entry) };
    },
    pass(ms: number) {
      time += ms;
      for (const entry of waiting) {
        if (entry.at > time) continue;
        waiting.delete(entry);
        entry.work();
      }
    },
  };
}

const begun = { kind: "step", id: "a", label: "create volume", state: "started" } as const;

test("off a terminal a step is one plain line, without control characters", () => {
  const plain = screen(false);
  const timer = manualTimer();
  const view = showProgress(plain, timer);

  view.report(begun);
  view.report({ kind: "amount", id: "a", done: 1, total: 2, unit: "objects" });
  timer.pass(1_500);
  view.report({ ...begun, state: "done", detail: "vol-1" });
  timer.pass(5_000);

  assert.equal(plain.text(), "✔ create volume: vol-1 (1.5 s)\n");
});

test("off a terminal a step that takes its time is announced, and under --verbose each one", () => {
  const plain = screen(false);
  const wordy = { ...screen(false), verbose: true };
  const timer = manualTimer();
  const view = showProgress(plain, timer);

  view.report(begun);
  showProgress(wordy, timer).report(begun);
  assert.equal(plain.text(), "");
  assert.equal(wordy.text(), "… create volume\n");
  timer.pass(2_000);
  view.report({ ...begun, state: "failed" });

  assert.equal(plain.text(), "… create volume\n✖ create volume (2.0 s)\n");
});

test("on a terminal a running step is redrawn with its amount, and cut to the width", (t) => {
  const live = screen(true);
  const view = showProgress(live, manualTimer());
  t.after(() => view.stop());

  view.report({ kind: "step", id: "a", label: "warm", state: "started" });
  view.report({ kind: "amount", id: "a", done: 5, total: 10, unit: "objects" });

  assert.match(live.text(), /warm ██████████░░░░░░░░░░ 50% 5\/10 objects/);
  assert.ok(
    live
      .text()
      .split("\n")
      .every((line) => line.length <= 70),
  );
});
