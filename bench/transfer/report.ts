import { execFileSync } from "node:child_process";
import { cpus, release } from "node:os";
import { median, round } from "../measure.ts";
import type { CommandCost } from "./measure-command.ts";
import type { Setting } from "./setting.ts";
import type { Work } from "./works.ts";

export interface Result {
  work: Work;
  runs: ReadonlyMap<string, readonly CommandCost[]>;
  /** Clients that are not installed. */
  missing: readonly string[];
  /** Why a client gave no figure. */
  failures: Readonly<Record<string, string>>;
}

interface Surroundings {
  setting: Setting;
  machine: Record<string, string>;
  tools: Readonly<Partial<Record<string, string>>>;
  /** Client on one core, origin on another. */
  isPinned: boolean;
}

export function machine(directory: string): Record<string, string> {
  const fileSystem = execFileSync("stat", ["-f", "-c", "%T", directory], { encoding: "utf8" });
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? "?"}`,
    kernel: release(),
    node: process.version,
    fileSystem: fileSystem.trim(),
    date: new Date().toISOString().slice(0, 10),
  };
}

export type Report = ReturnType<typeof report>;

/** Medians, and for each goal whether it is met. */
export function report(results: readonly Result[], { setting, ...rest }: Surroundings) {
  return {
    benchmark: "transfer",
    ...rest,
    works: results.map(({ work, runs, missing, failures }) => {
      const costs = Object.fromEntries(
        [...runs].filter(([, all]) => all.length > 0).map(([name, all]) => [name, medianCost(all)]),
      );
      const ours = costs["runctl"];
      return {
        name: work.name,
        what: work.what(setting),
        unit: work.unit,
        clients: Object.entries(costs).map(([name, cost]) => ({
          name,
          runs: runs.get(name)?.length,
          cpu: round(cost.cpuSeconds / work.amount(setting)),
          cpuOfEachRun: runs.get(name)?.map((run) => round(run.cpuSeconds / work.amount(setting))),
          seconds: round(cost.seconds),
          peakMB: Math.round(cost.peakBytes / 1e6),
          // Above 1: it takes more than ours.
          ...(ours
            ? {
                cpuToOurs: round(cost.cpuSeconds / ours.cpuSeconds),
                secondsToOurs: round(cost.seconds / ours.seconds),
              }
            : {}),
        })),
        goals: work.goals.map(({ text, value, limit, is }) => {
          const reached = value(costs, setting);
          const isMet =
            reached === undefined
              ? undefined
              : is === "at most"
                ? reached <= limit
                : reached >= limit;
          const goal = `${is} ${limit} ${text}`;
          return { goal, reached: reached && round(reached), isMet };
        }),
        missing,
        failures,
      };
    }),
  };
}

function medianCost(all: readonly CommandCost[]): CommandCost {
  const of = (pick: (cost: CommandCost) => number) => median(all.map(pick));
  return {
    seconds: of((cost) => cost.seconds),
    cpuSeconds: of((cost) => cost.cpuSeconds),
    peakBytes: of((cost) => cost.peakBytes),
  };
}

/** The report as Markdown, as it stands in docs/benchmarks.md. */
export function table({ works, machine: on, tools, isPinned }: Report): string {
  const lines = [
    `${Object.values(on).join(", ")}; ${isPinned ? "client on one core, origin on the other" : "not pinned: one core"}.`,
    `${Object.values(tools).filter(Boolean).join("; ")}.`,
  ];
  for (const { what, unit, clients, goals, missing, failures } of works) {
    lines.push("", `**${what[0]?.toUpperCase()}${what.slice(1)}**`, "");
    lines.push(`| client | ${unit} | to ours | seconds | to ours | peak MB | runs |`);
    lines.push("| --- | --- | --- | --- | --- | --- | --- |");
    for (const one of clients) {
      const ratios = [one.cpuToOurs, one.secondsToOurs].map((of) =>
        of === undefined ? "" : `${of} ×`,
      );
      const cells = [one.name, one.cpu, ratios[0], one.seconds, ratios[1], one.peakMB, one.runs];
      lines.push(`| ${cells.join(" | ")} |`);
    }
    lines.push("");
    for (const { goal, reached, isMet } of goals) {
      const verdict = isMet === undefined ? "not measured" : isMet ? "met" : "**missed**";
      lines.push(`- Goal: ${goal}: ${reached ?? "–"}, ${verdict}.`);
    }
    for (const name of missing) lines.push(`- ${name} is not installed.`);
    for (const [name, why] of Object.entries(failures))
      lines.push(`- ${name} failed: ${why.split("\n")[0]}.`);
  }
  return `${lines.join("\n")}\n`;
}
