import type { Branch } from "./tree.ts";

export const cost: Branch = {
  summary: "What storage and restarts cost",
  words: {
    advise: {
      summary: "Which storage plan, and where it breaks even",
      load: async () => (await import("./cost/advise.ts")).advise,
    },
    simulate: {
      summary: "Replay jobs against spot capacity that comes and goes",
      load: async () => (await import("./cost/simulate.ts")).simulate,
    },
  },
};
