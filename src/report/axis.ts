import { element, label } from "./markup.ts";

/** Where a number stands on the page. */
export interface Scale {
  low: number;
  high: number;
  /** Pixels of `low` and `high`; y grows downwards, so `from` may be the larger. */
  from: number;
  to: number;
  /** By the logarithm. */
  isLog?: boolean;
}

export function place({ low, high, from, to, isLog = false }: Scale, value: number): number {
  if (isLog) return from + (Math.log(value / low) / Math.log(high / low)) * (to - from);
  return from + ((value - low) / (high - low || 1)) * (to - from);
}

/** Round numbers from `low` to `high`, about `wanted` of them. */
export function ticks(low: number, high: number, wanted = 6): number[] {
  const rough = (high - low) / wanted || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  // Multiples, not sums: those would drift.
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

/** 1, 2, 5, 10, 20 and so on, of those from `low` to `high`. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - first + 1 },
    (_, at) => first + at,
  );
  return powers
    .flatMap((power) => [1, 2, 5].map((factor) => factor * 10 ** power))
    .filter((value) => value >= low && value <= high);
}

/** A line, its numbers and its name below a drawing. */
export function bottomAxis(
  scale: Scale,
  y: number,
  name: string,
  values = ticks(scale.low, scale.high),
): string {
  const marks = values.map((value) => {
    const x = place(scale, value);
    return (
      element("line", { x1: x, x2: x, y1: y, y2: y + 5, class: "axis" }) +
      label(x, y + 18, plain(value), { "text-anchor": "middle" })
    );
  });
  return [
    element("line", { x1: scale.from, x2: scale.to, y1: y, y2: y, class: "axis" }),
    ...marks,
    label((scale.from + scale.to) / 2, y + 36, name, { "text-anchor": "middle", class: "name" }),
  ].join("");
}

/** Numbers at the left, and faint lines across to `right`. */
export function leftAxis(scale: Scale, x: number, right: number, show = plain): string {
  return ticks(scale.low, scale.high)
    .map((value) => {
      const y = place(scale, value);
      return (
        element("line", { x1: x, x2: right, y1: y, y2: y, class: "grid" }) +
        label(x - 8, y + 4, show(value), { "text-anchor": "end" })
      );
    })
    .join("");
}

const plain = (value: number) =>
  Number(value.toPrecision(6)).toLocaleString("en-US", { maximumFractionDigits: 4 });
