/** How far a fill is, as the agent writes it into `runctl:progress`. */
export interface FillProgress {
  done: number;
  total: number;
}

/** Reads `41% 4100/10000 objects`; undefined for anything else. */
export function parseFillProgress(text: string | undefined): FillProgress | undefined {
  const match = /(\d+)\/(\d+) objects/.exec(text ?? "");
  return match ? { done: Number(match[1]), total: Number(match[2]) } : undefined;
}
