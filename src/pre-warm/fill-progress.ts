/** How far a fill is, as the agent writes it into `runctl:progress`. */
export interface FillProgress {
  done: number;
  /** Undefined while the agent is still listing. */
  total: number | undefined;
}

/** Reads `41% 4100/10000 objects`, with or without `verified`, and `4100 objects`; undefined for anything else. */
export function parseFillProgress(text: string | undefined): FillProgress | undefined {
  const match = /(\d+)(?:\/(\d+))? objects/.exec(text ?? "");
  if (!match) return undefined;
  return { done: Number(match[1]), total: match[2] === undefined ? undefined : Number(match[2]) };
}
