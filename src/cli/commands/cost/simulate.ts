import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { breakEvenCurves } from "../../../simulation/break-even-curve.ts";
import type { Experiment } from "../../../simulation/experiment.ts";
import { runExperiment } from "../../../simulation/run-experiment.ts";
import { sensitivities } from "../../../simulation/sensitivity.ts";
import { summarize } from "../../../simulation/summarize.ts";
import { RunctlError } from "../../../errors.ts";
import { defineCommand } from "../../define-command.ts";
import { buildExperiment } from "./build-experiment.ts";
import { describeSimulation } from "./describe-simulation.ts";
import { simulateFlags } from "./simulate-flags.ts";
import { fleetOutput } from "./fleet-output.ts";
import { type SimulationOutput, simulationOutput } from "./simulation-output.ts";
import { writeReport } from "./write-report.ts";

/** Fewer simulated jobs than this are done before a second thread has started. */
const worthAThread = 5_000;

export const simulate = defineCommand({
  summary: "Replay jobs against spot capacity that comes and goes",
  examples: [
    "cost simulate --trace FILE",
    "cost simulate --dataset 150GB --instance-type g5.xlarge --deadline 60h --region us-west-2",
    "cost simulate --dataset 500GB --instance-type p4d.24xlarge --break-even",
    "cost simulate --deadline 60h --policy greedy --policy uniform-progress --report runs.html",
  ],
  details:
    "Without --trace, capacity is made up after published statistics of the region. Every case meets the same " +
    "capacity, starts and luck. Formats of traces: run-length JSON with zones, one zone's JSON ticks, CSV with the " +
    "columns time, zone, and available, preempted or capacity. The model, its sources and what it was checked " +
    "against stand in docs/simulation.md.",
  flags: simulateFlags,
  positionals: {},
  async run(input, context): Promise<SimulationOutput> {
    const { config, options } = context;
    const built = await buildExperiment(input, {
      region: options.region ?? config.region,
      instanceType: config["instance-type"]?.[0],
    });
    const { experiment } = built;
    const jobs = experiment.replicas * experiment.jobs * experiment.cases.length;
    const workers = input.workers ?? (jobs < worthAThread ? 1 : availableParallelism());
    const threads = { workers, signal: context.signal };
    const results = await runExperiment(experiment, threads);
    const sensitivity = input.sensitivity ? await sensitivities(experiment, threads) : null;
    const summary = summarize(experiment, results);
    const breakEven =
      input.breakEven || input.report !== undefined
        ? ((await breakEvenCurves(experiment, results, threads)) ?? null)
        : null;
    if (input.breakEven && !breakEven) throw nothingToCompare(experiment);
    const wanted = input.report === undefined ? null : resolve(context.cwd, input.report);
    const report = options.dryRun ? null : wanted;
    if (wanted !== report) context.hint(`--dry-run: ${wanted} is not written`);
    const fleet = fleetOutput(input, experiment);
    const output = simulationOutput(built, summary, { sensitivity, breakEven, fleet, report });
    if (report !== null) await writeReport(report, { built, results, summary, breakEven });
    return output;
  },
  render: describeSimulation,
});

function nothingToCompare({ cases }: Experiment): RunctlError {
  return cases.length < 2
    ? new RunctlError("USAGE", "there is one way to bring the data: it breaks even with nothing", {
        hint: "give --dataset, and more than one --plan",
      })
    : new RunctlError("USAGE", "no interruptions to break even over", {
        hint: "the cases differ in more than the way to bring the data, or capacity never goes away here",
      });
}
