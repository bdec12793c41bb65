import { element, escape } from "./markup.ts";

/** Lines are told apart by colour and, where they lie on one another, by dashes. */
export const lineClass = (at: number) => `line c${at % 8} d${at % 4}`;

/** The names of a chart's lines beside a piece of each; it breaks where the page is narrow. */
export function lineLegend(names: readonly string[]): string {
  const entries = names.map((name, at) => {
    const line = element("line", { x1: 0, x2: 30, y1: 5, y2: 5, class: lineClass(at) });
    return `<li>${element("svg", { viewBox: "0 0 30 10", class: "sample" }, line)}${escape(name)}</li>`;
  });
  return `<ul class="legend">${entries.join("")}</ul>`;
}
