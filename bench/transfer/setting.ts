import type { Objects } from "./objects.ts";
import type { Origin } from "./origin.ts";

/** What every client of one run of the benchmark works with. */
export interface Setting {
  origin: Origin;
  objects: Objects;
  millionKeys: number;
  /** Empty, on the disk to be measured; emptied after each run. */
  target: string;
  /** Built runctl, as it is published. */
  runctl: string;
  /** Compiled C loops by name, where there is a compiler. */
  loops: Readonly<Partial<Record<string, string>>>;
}

export const port = (url: string): string => new URL(url).port;
