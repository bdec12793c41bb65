import { type Branch, notYet } from "./tree.ts";

export const cost: Branch = {
  summary: "What storage and restarts cost",
  words: {
    advise: {
      summary: "Which storage plan, and where it breaks even",
      load: async () => (await import("./cost/advise.ts")).advise,
    },
    simulate: notYet("Replay jobs against spot capacity that comes and goes (not yet)"),
  },
};
