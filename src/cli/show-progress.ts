import { styleText } from "node:util";
import type { ProgressEvent, Report } from "../progress.ts";

interface Screen {
  write(text: string): void;
  isTerminal: boolean;
  columns: number;
  color: boolean;
  verbose: boolean;
}

type StepEvent = Extract<ProgressEvent, { kind: "step" }>;
type AmountEvent = Extract<ProgressEvent, { kind: "amount" }>;

export interface ProgressView {
  report: Report;
  /** Clears what is redrawn, so that other text can be written. */
  pause(): void;
  stop(): void;
}

/** Time as `showProgress` needs it. */
interface Timer {
  now: () => number;
  /** Calls `work` once after `ms`, unless it is cancelled; does not keep the process alive. */
  later: (ms: number, work: () => void) => { cancel: () => void };
}

const systemTimer: Timer = {
  now: () => performance.now(),
  later(ms, work) {
    const timeout = setTimeout(work, ms).unref();
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** A step that is quicker than this has one line in a log, when it ends. */
const quickMs = 2_000;

/** How often a log gets a line of how far a long step is. */
const plainAmountMs = 10_000;

/**
 * Progress on stderr: steps that are redrawn on a terminal; elsewhere one plain line for each step that ended, and
 * one before it for a step that takes longer. `verbose` tells of every start.
 */
export function showProgress(screen: Screen, timer: Timer = systemTimer): ProgressView {
  return screen.isTerminal ? liveView(screen, timer.now) : plainView(screen, timer);
}

function plainView(screen: Screen, { now, later }: Timer): ProgressView {
  const running = new Map<string, { since: number; announcement: { cancel(): void } }>();
  const begin = (event: StepEvent) => {
    const announce = () => screen.write(`${stepLine(event, false)}\n`);
    const announcement = later(quickMs, announce);
    if (screen.verbose) {
      announcement.cancel();
      announce();
    }
    running.set(event.id, { since: now(), announcement });
  };
  // Amounts come many times a second: only a redrawn line has room for all of them.
  let toldAt = now();
  const tell = ({ text }: AmountEvent) => {
    if (text === undefined || now() - toldAt < plainAmountMs) return;
    toldAt = now();
    screen.write(`${text}\n`);
  };
  return {
    report(event) {
      if (event.kind === "note") screen.write(`${event.text}\n`);
      if (event.kind === "amount") tell(event);
      if (event.kind !== "step") return;
      if (event.state === "started") return begin(event);
      const step = running.get(event.id);
      step?.announcement.cancel();
      running.delete(event.id);
      screen.write(`${stepLine(event, false)}${step ? seconds(now() - step.since) : ""}\n`);
    },
    pause: () => undefined,
    stop() {
      for (const { announcement } of running.values()) announcement.cancel();
    },
  };
}

function liveView(screen: Screen, now: () => number): ProgressView {
  const running = new Map<string, { event: StepEvent; since: number; amount?: AmountEvent }>();
  let drawn = 0;
  let frame = 0;
  const clear = () => {
    if (drawn > 0) screen.write(`\u001B[${drawn}F\u001B[J`);
    drawn = 0;
  };
  const draw = () => {
    for (const { event, since, amount } of running.values()) {
      const spin = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[frame % 10] ?? "";
      const text = `${spin} ${event.label}${amount ? ` ${amountText(amount)}` : ""}${seconds(now() - since)}`;
      screen.write(`${text.slice(0, screen.columns - 1)}\n`);
      drawn += 1;
    }
  };
  const redraw = () => {
    clear();
    frame += 1;
    draw();
  };
  const timer = setInterval(redraw, 100);
  timer.unref();
  return {
    report(event) {
      clear();
      if (event.kind === "note") screen.write(`${event.text}\n`);
      else if (event.kind === "amount") {
        const step = running.get(event.id);
        if (step) step.amount = event;
      } else if (event.state === "started") running.set(event.id, { event, since: now() });
      else {
        const since = running.get(event.id)?.since ?? now();
        running.delete(event.id);
        screen.write(`${stepLine(event, screen.color)}${seconds(now() - since)}\n`);
      }
      draw();
    },
    pause: clear,
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}

const marks = { started: "…", done: "✔", failed: "✖", skipped: "–" } as const;
const colors = { started: "dim", done: "green", failed: "red", skipped: "dim" } as const;

function stepLine({ label, state, detail }: StepEvent, color: boolean): string {
  const mark = color
    ? styleText(colors[state], marks[state], { validateStream: false })
    : marks[state];
  return `${mark} ${label}${detail ? `: ${detail}` : ""}`;
}

function seconds(ms: number): string {
  return ms < 100 ? "" : ` (${(ms / 1000).toFixed(1)} s)`;
}

function amountText({ done, total, unit, text }: AmountEvent): string {
  if (text !== undefined) return text;
  if (unit === "percent") return bar(done / 100);
  const amount = (value: number) => (unit === "bytes" ? mebibytes(value) : `${value}`);
  if (total === undefined || total === 0)
    return `${amount(done)}${unit === "bytes" ? "" : ` ${unit}`}`;
  return `${bar(done / total)} ${amount(done)}/${amount(total)}${unit === "bytes" ? "" : ` ${unit}`}`;
}

function bar(part: number): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * 20);
  return `${"█".repeat(full)}${"░".repeat(20 - full)} ${Math.floor(part * 100)}%`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
