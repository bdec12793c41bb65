import { type Branch, notYet } from "./tree.ts";

export const local: Branch = {
  summary: "A local cloud: AWS's API with real disks and instances, on this machine",
  words: {
    up: {
      summary: "Start the local cloud",
      load: async () => (await import("./local/up.ts")).up,
    },
    down: {
      summary: "End its instances, free what it made, keep its data",
      load: async () => (await import("./local/down.ts")).down,
    },
    status: {
      summary: "Show what runs",
      load: async () => (await import("./local/status.ts")).status,
    },
    doctor: {
      summary: "Say what this machine can do, and install what is missing",
      load: async () => (await import("./local/doctor.ts")).doctor,
    },
    env: {
      summary: "Shell exports for the aws CLI and any SDK",
      load: async () => (await import("./local/env.ts")).env,
    },
    interrupt: {
      summary: "Interrupt a spot instance",
      load: async () => (await import("./local/interrupt.ts")).interrupt,
    },
    fault: notYet("Make something go wrong on purpose"),
  },
};
