import { escape } from "./markup.ts";

/** A figure, and what belongs to it in smaller letters below: its interval. */
export type Cell = string | readonly [figure: string, below: string];

/**
 * A table whose rows become blocks where the page is too narrow for its columns: each cell then carries its heading.
 *
 * @param kind `left`: words, not figures
 */
export function table(
  heads: readonly string[],
  rows: ReadonlyArray<readonly Cell[]>,
  kind: "figures" | "left" = "figures",
): string {
  const head = heads.map((name) => `<th>${escape(name)}</th>`).join("");
  const body = rows
    .map((row) => `<tr>${row.map((cell, at) => tableCell(cell, heads[at] ?? "")).join("")}</tr>`)
    .join("\n");
  return `<table class="${kind}"><thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table>`;
}

function tableCell(cell: Cell, head: string): string {
  const [figure, below] = typeof cell === "string" ? [cell, ""] : cell;
  const small = below === "" ? "" : `<small>${escape(below)}</small>`;
  return `<td data-head="${escape(head)}">${escape(figure)}${small}</td>`;
}
