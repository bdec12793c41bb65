import type { SampleRun } from "../simulation/sample-runs.ts";
import { bottomAxis, place, type Scale } from "./axis.ts";
import { frame } from "./frame.ts";
import { element, escape, label } from "./markup.ts";

const hourMs = 3_600_000;
/** Of a case: its name, and below it the bar. */
const rowHeight = 44;
const barTop = 18;
const barHeight = 18;
/** Narrower pieces get no letters. */
const roomForLetters = 16;
/** As many letters of a name as surely fit beside the cost. */
const roomForName = 110;

/** Runs of one job in each case, one below the other: where it was, and what it did there. */
export function gantt(
  runs: readonly SampleRun[],
  zones: readonly string[],
  deadlineMs: number,
): string {
  const end = Math.max(
    ...runs.map(({ outcome }) => outcome.makespanMs),
    deadlineMs < Infinity ? deadlineMs : 0,
  );
  const scale: Scale = { low: 0, high: end / hourMs, from: barsFrom, to: frame.right };
  const bottom = frame.top + runs.length * rowHeight;
  const rows = runs.map((run, at) => row(run, frame.top + at * rowHeight, zones, scale));
  const deadline =
    deadlineMs < Infinity ? deadlineLine(place(scale, deadlineMs / hourMs), bottom) : "";
  return element(
    "svg",
    {
      viewBox: `0 0 ${frame.width} ${bottom + 48}`,
      role: "img",
      "aria-label": "what one job did in each case, hour by hour",
    },
    rows.join("") + deadline + bottomAxis(scale, bottom + 4, "hours since the start"),
  );
}

const barsFrom = 10;

function row(run: SampleRun, y: number, zones: readonly string[], scale: Scale): string {
  const { caseName, outcome, timeline } = run;
  const name = caseName.length > roomForName ? `${caseName.slice(0, roomForName - 1)}…` : caseName;
  // Losses lie over the training that they undo.
  const pieces = timeline.toSorted((a, b) => Number(a.kind === "lost") - Number(b.kind === "lost"));
  const drawn = pieces.map(({ kind, place: where, fromMs, toMs }) => {
    const x = place(scale, fromMs / hourMs);
    const length = place(scale, toMs / hourMs) - x;
    const onDemand = where === -2;
    const zone = onDemand ? "on demand" : (zones[where] ?? "");
    const style = kind === "training" && onDemand ? "on-demand" : kind;
    const hours = `${((toMs - fromMs) / hourMs).toFixed(2)} h from ${(fromMs / hourMs).toFixed(2)} h`;
    const title = `<title>${escape(`${[kind, zone].filter(Boolean).join(", ")}: ${hours}`)}</title>`;
    const letters =
      kind === "training" && length > roomForLetters ? zoneLetter(zone, onDemand) : "";
    return (
      element(
        "rect",
        { x, y: y + barTop, width: Math.max(length, 0.4), height: barHeight, class: style },
        title,
      ) +
      (letters
        ? label(x + length / 2, y + barTop + 13, letters, {
            class: "inside",
            "text-anchor": "middle",
          })
        : "")
    );
  });
  const hours = (outcome.makespanMs / hourMs).toFixed(1);
  const words = `${name}: ${outcome.costUsd.toFixed(2)} USD, ${hours} h`;
  return label(barsFrom, y + 12, words) + drawn.join("");
}

/** `1a` of `us-east-1a`. */
const zoneLetter = (zone: string, onDemand: boolean) =>
  onDemand ? "OD" : (/\d-?[a-z]$/.exec(zone)?.[0] ?? "");

function deadlineLine(x: number, bottom: number): string {
  return (
    element("line", { x1: x, x2: x, y1: 2, y2: bottom, class: "deadline" }) +
    label(x - 4, 12, "deadline", { "text-anchor": "end", class: "name" })
  );
}
