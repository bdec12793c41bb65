import type { Interval95 } from "../simulation/block-bootstrap.ts";
import type { Difference } from "../simulation/summarize.ts";

/** Figures of a simulation as a person reads them, in a terminal and on a page. */

/** ` [24.82, 25.21]`, nothing where there is none. */
export const range = (interval: Interval95 | undefined, digits = 2) =>
  interval ? ` [${interval[0].toFixed(digits)}, ${interval[1].toFixed(digits)}]` : "";

/** Of a share. */
export const percent = (value: number) =>
  `${(value * 100).toFixed(value > 0 && value < 0.01 ? 1 : 0)} %`;

/** With its sign, and `equal` where nobody can tell the two apart. */
export function signed(difference: Difference | undefined, digits: number): string {
  if (!difference) return "";
  const { mean, interval, isEqual } = difference;
  const value = `${mean < 0 ? "" : "+"}${mean.toFixed(digits)}${range(interval, digits)}`;
  return isEqual ? `${value} equal` : value;
}
