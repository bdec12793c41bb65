import { bottomAxis, leftAxis, logTicks, place, type Scale, ticks } from "./axis.ts";
import { frame } from "./frame.ts";
import { lineClass, lineLegend } from "./legend.ts";
import { element, label } from "./markup.ts";

export interface Line {
  name: string;
  /** Ascending in x. */
  points: ReadonlyArray<readonly [x: number, y: number]>;
}

export interface LineChart {
  /** What the drawing says, for those who do not see it. */
  about: string;
  lines: readonly Line[];
  xName: string;
  marks?: readonly Mark[];
  showY?: (value: number) => string;
  /** x by its logarithm; all of them are above 0. */
  isLog?: boolean;
  yMax?: number;
}

/** A point with words beside it, and how far off it may be. */
export interface Mark {
  x: number;
  y: number;
  text: string;
  from: number;
  to: number;
}

const height = 330;
const bottom = 280;

/** Lines over one axis, and their names above it. */
export function lineChart(chart: LineChart): string {
  const { about, lines, xName, marks = [], showY, isLog = false, yMax } = chart;
  const points = lines.flatMap((line) => line.points);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const x: Scale = { low: least(xs), high: most(xs), from: frame.left, to: frame.right, isLog };
  const y: Scale = { low: Math.min(0, least(ys)), high: yMax ?? most(ys), from: bottom, to: 12 };
  if (x.high <= x.low) x.high = x.low + 1;
  if (y.high <= y.low) y.high = y.low + 1;
  const drawing = [
    leftAxis(y, frame.left, frame.right, showY),
    bottomAxis(x, bottom, xName, isLog ? logTicks(x.low, x.high) : ticks(x.low, x.high)),
    ...lines.map((line, at) => polyline(line, at, x, y)),
    ...markLabels(marks, x, y),
  ];
  const svg = element(
    "svg",
    { viewBox: `0 0 ${frame.width} ${height}`, role: "img", "aria-label": about },
    drawing.join(""),
  );
  return `${lineLegend(lines.map(({ name }) => name))}\n${svg}`;
}

const least = (values: readonly number[]) =>
  values.reduce((low, value) => Math.min(low, value), Infinity);
const most = (values: readonly number[]) =>
  values.reduce((high, value) => Math.max(high, value), -Infinity);

function polyline({ name, points }: Line, at: number, x: Scale, y: Scale): string {
  const path = points
    .map(([px, py]) => `${place(x, px).toFixed(1)},${place(y, Math.min(py, y.high)).toFixed(1)}`)
    .join(" ");
  return element("polyline", { points: path, class: lineClass(at), "data-name": name });
}

const textHeight = 14;

/** A bar from end to end, a point, and words that do not lie on those of another mark. */
function markLabels(marks: readonly Mark[], x: Scale, y: Scale): string[] {
  const taken: Array<{ x: number; y: number }> = [];
  return marks.map(({ x: atX, y: atY, text, from, to }) => {
    const [cx, cy] = [place(x, atX), place(y, atY)];
    const words = { x: Math.min(cx + 7, frame.right - 20), y: cy - 7 };
    while (
      taken.some((one) => Math.abs(one.x - words.x) < 24 && Math.abs(one.y - words.y) < textHeight)
    )
      words.y -= textHeight;
    taken.push(words);
    return (
      element("line", { x1: place(x, from), x2: place(x, to), y1: cy, y2: cy, class: "axis" }) +
      element("circle", { cx, cy, r: 4, class: "mark" }) +
      label(words.x, Math.max(textHeight, words.y), text, { class: "name" })
    );
  });
}
