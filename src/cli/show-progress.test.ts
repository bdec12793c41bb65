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
  };
}

test("off a terminal each event of a step is a plain line, without control characters", () => {
  const plain = screen(false);
  let time = 0;
  const view = showProgress(plain, () => time);

  view.report({ kind: "step", id: "a", label: "create volume", state: "started" });
  view.report({ kind: "amount", id: "a", done: 1, total: 2, unit: "objects" });
  time = 1_500;
  view.report({ kind: "step", id: "a", label: "create volume", state: "done", detail: "vol-1" });

  assert.equal(plain.text(), "… create volume\n✔ create volume: vol-1 (1.5 s)\n");
});

test("on a terminal a running step is redrawn with its amount, and cut to the width", (t) => {
  const live = screen(true);
  const view = showProgress(live, () => 0);
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
