import type { simulateFlags } from "./simulate-flags.ts";

/** What `cost simulate` was told; lists are empty and the rest undefined where nothing was. */
export type SimulateInput = {
  [Name in keyof typeof simulateFlags]: (typeof simulateFlags)[Name] extends {
    readonly type?: infer Value;
  }
    ? Value
    : never;
};

/** One number of the simulation and where it comes from. */
export interface Assumed {
  what: string;
  value: string;
  origin: string;
}
