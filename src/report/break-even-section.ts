import type { BreakEvenCurves } from "../simulation/break-even-curve.ts";
import type { Crossing } from "../simulation/crossings.ts";
import { percent } from "./figures.ts";
import { type Line, lineChart, type Mark } from "./line-chart.ts";
import { escape } from "./markup.ts";
import { type Cell, table } from "./table.ts";

type CurveLine = BreakEvenCurves["lines"][number];

/** What each way costs more than the first over interruptions, and where two of them cost the same. */
export function breakEvenSection(curves: BreakEvenCurves): string {
  const { lines, pairs, range, interruptions } = curves;
  const [least, most] = range;
  const crossed = pairs.filter((pair) => pair.interruptions !== undefined);
  const first = lines[0]?.name ?? "";
  const chart = lineChart({
    about: `US dollars a job above or below ${first}, over interruptions a month of running`,
    lines: lines.map((line): Line => ({ name: line.name, points: fine(line) })),
    xName: `interruptions a month of running; US dollars a job above or below ${first}`,
    isLog: true,
    marks: crossed.map((pair, at) => markOf(pair, `${at + 1}`, curves)),
  });
  const note =
    `The same histories in slow and in fast motion: this market has ${whole(interruptions)} interruptions in a month of ` +
    `running, simulated were ${whole(least)} to ${whole(most)}. Waits, deadlines and what is lost are in it. [ ] is a 95 % ` +
    "interval over independent pieces of the market, paired.";
  const heads = [
    "",
    "cost the same at",
    "below it cheaper",
    "above it cheaper",
    "resamples that cross",
  ];
  const crossings =
    crossed.length > 0
      ? table(
          heads,
          crossed.map((pair, at) => crossingRow(pair, at + 1)),
          "left",
        )
      : "";
  const apart = pairs.filter((pair) => !crossed.includes(pair)).map(apartWords);
  const apartLine =
    apart.length > 0
      ? `<p>${escape(`Without a crossing that can be told, from ${whole(least)} to ${whole(most)}: ${apart.join("; ")}.`)}</p>`
      : "";
  return [chart, crossings, apartLine, `<p>${escape(note)}</p>`].join("\n");
}

/** Points between those that were simulated, as between them proportions hold: on an axis of logarithms no line is straight. */
function fine({ points }: CurveLine): Array<readonly [number, number]> {
  const steps = 8;
  return points.flatMap(({ interruptions: x, extraUsd: y }, at) => {
    const next = points[at + 1];
    if (!next) return [[x, y] as const];
    return Array.from({ length: steps }, (_, step) => {
      const share = step / steps;
      return [x + (next.interruptions - x) * share, y + (next.extraUsd - y) * share] as const;
    });
  });
}

function markOf(pair: Crossing, text: string, { lines, range }: BreakEvenCurves): Mark {
  const { interruptions: x = range[0], low = range[0], high = range[1], crossingShare } = pair;
  const points = lines.find(({ name }) => name === pair.one)?.points ?? [];
  const at = points.findIndex(({ interruptions }) => interruptions >= x);
  const [before, after] = [points[Math.max(0, at - 1)]!, points[at]!];
  const width = after.interruptions - before.interruptions || 1;
  const y =
    before.extraUsd + ((after.extraUsd - before.extraUsd) * (x - before.interruptions)) / width;
  // With one piece of the market there is no interval.
  const ends = crossingShare === undefined ? { from: x, to: x } : { from: low, to: high };
  return { x, y, text, ...ends };
}

function crossingRow(pair: Crossing, number: number): Cell[] {
  const { one, other, cheaperBelow = "", interruptions = 0, low, high } = pair;
  const interval =
    pair.crossingShare === undefined ? "" : `[${end(low, "below")}, ${end(high, "beyond")}]`;
  return [
    `${number}`,
    [whole(interruptions), interval],
    cheaperBelow,
    cheaperBelow === one ? other : one,
    pair.crossingShare === undefined ? "" : percent(pair.crossingShare),
  ];
}

function apartWords({ one, other, cheaperBelow, crossingShare = 0 }: Crossing): string {
  if (cheaperBelow === undefined)
    return crossingShare > 0
      ? `${one} and ${other} cannot be told apart (they cross in ${percent(crossingShare)} of the resamples, anywhere)`
      : `${one} and ${other} cost the same`;
  const words = `${cheaperBelow} is cheaper than ${cheaperBelow === one ? other : one}`;
  return crossingShare > 0
    ? `${words} (but in ${percent(crossingShare)} of the resamples they do)`
    : words;
}

const end = (value: number | undefined, open: string) =>
  value === undefined ? open : whole(value);

const whole = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
