import { type Branch, notYet } from "./tree.ts";

export const cost: Branch = {
  summary: "What storage and restarts cost",
  words: {
    advise: notYet("Which storage plan, and where it breaks even (not yet)"),
    simulate: notYet("Replay jobs against spot capacity that comes and goes (not yet)"),
  },
};
