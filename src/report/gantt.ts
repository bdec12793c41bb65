import type { SampleRun } from "../simulation/sample-runs.ts";
import { bottomAxis, place, type Scale } from "./axis.ts";
import { element, escape, label } from "./markup.ts";

const hourMs = 3_600_000;
const width = 960;
const left = 250;
const right = 940;
const rowHeight = 26;
const top = 12;
/** Narrower pieces get no letters. */
const roomForLetters = 16;

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
  const scale: Scale = { low: 0, high: end / hourMs, from: left, to: right };
  const bottom = top + runs.length * rowHeight;
  const rows = runs.map((run, at) => row(run, top + at * rowHeight, zones, scale));
  const deadline =
    deadlineMs < Infinity ? deadlineLine(place(scale, deadlineMs / hourMs), bottom) : "";
  return element(
    "svg",
    {
      viewBox: `0 0 ${width} ${bottom + 48}`,
      role: "img",
      "aria-label": "what one job did in each case, hour by hour",
    },
    rows.join("") + deadline + bottomAxis(scale, bottom + 4, "hours since the start"),
  );
}

function row(run: SampleRun, y: number, zones: readonly string[], scale: Scale): string {
  const { caseName, outcome, timeline } = run;
  const shown = caseName.length > 30 ? `${caseName.slice(0, 29)}…` : caseName;
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
        { x, y, width: Math.max(length, 0.4), height: rowHeight - 8, class: style },
        title,
      ) +
      (letters
        ? label(x + length / 2, y + 13, letters, { class: "inside", "text-anchor": "middle" })
        : "")
    );
  });
  const cost = `$${outcome.costUsd.toFixed(2)}`;
  return label(left - 10, y + 13, `${shown}  ${cost}`, { "text-anchor": "end" }) + drawn.join("");
}

/** `1a` of `us-east-1a`. */
const zoneLetter = (zone: string, onDemand: boolean) =>
  onDemand ? "OD" : (/\d-?[a-z]$/.exec(zone)?.[0] ?? "");

function deadlineLine(x: number, bottom: number): string {
  return (
    element("line", { x1: x, x2: x, y1: 2, y2: bottom, class: "deadline" }) +
    label(x - 4, 10, "deadline", { "text-anchor": "end", class: "name" })
  );
}
