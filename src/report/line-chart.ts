import { bottomAxis, leftAxis, place, type Scale } from "./axis.ts";
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
  /** A point with words beside it. */
  marks?: ReadonlyArray<{ x: number; y: number; text: string }>;
  showY?: (value: number) => string;
  /** From 0 instead of from the least value. */
  fromZero?: boolean;
  yMax?: number;
}

const width = 960;
const height = 330;
const left = 70;
const right = 720;
const top = 12;
const bottom = 280;

/** Lines over one axis, with their names at the right, in the order of their ends. */
export function lineChart({
  about,
  lines,
  xName,
  marks = [],
  showY,
  fromZero,
  yMax,
}: LineChart): string {
  const points = lines.flatMap((line) => line.points);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const x: Scale = { low: least(xs, fromZero), high: most(xs), from: left, to: right };
  const y: Scale = { low: 0, high: yMax ?? most(ys), from: bottom, to: top };
  if (x.high <= x.low) x.high = x.low + 1;
  if (y.high <= y.low) y.high = y.low + 1;
  return element(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": about },
    [
      leftAxis(y, left, right, showY),
      bottomAxis(x, bottom, xName),
      ...lines.map((line, at) => polyline(line, at, x, y)),
      ...names(lines, y),
      ...marks.map(({ x: atX, y: atY, text }) => {
        const [cx, cy] = [place(x, atX), place(y, atY)];
        return (
          element("circle", { cx, cy, r: 4, class: "mark" }) +
          label(cx + 7, cy - 7, text, { class: "name" })
        );
      }),
    ].join(""),
  );
}

const least = (values: readonly number[], fromZero = false) =>
  fromZero ? 0 : values.reduce((low, value) => Math.min(low, value), Infinity);
const most = (values: readonly number[]) =>
  values.reduce((high, value) => Math.max(high, value), -Infinity);

function polyline({ name, points }: Line, at: number, x: Scale, y: Scale): string {
  const path = points
    .map(([px, py]) => `${place(x, px).toFixed(1)},${place(y, Math.min(py, y.high)).toFixed(1)}`)
    .join(" ");
  return element("polyline", { points: path, class: `line c${at % 8}`, "data-name": name });
}

/** Beside the ends of the lines, but never one over the other. */
function names(lines: readonly Line[], y: Scale): string[] {
  const ends = lines
    .map(({ name, points }, at) => ({
      name,
      at,
      y: place(y, Math.min(points.at(-1)?.[1] ?? 0, y.high)),
    }))
    .toSorted((a, b) => a.y - b.y);
  const room = 17;
  let next = top;
  const shown = ends.map((end) => {
    const at = Math.max(end.y, next);
    next = at + room;
    return { ...end, y: at };
  });
  // What was pushed over the lower edge pushes back.
  const over = Math.max(0, next - room - bottom);
  return shown.map(({ name, at, y: atY }) => {
    const short = name.length > 34 ? `${name.slice(0, 33)}…` : name;
    return (
      element("line", {
        x1: right + 8,
        x2: right + 24,
        y1: atY - over,
        y2: atY - over,
        class: `line c${at % 8}`,
      }) + label(right + 30, atY - over + 4, short)
    );
  });
}
