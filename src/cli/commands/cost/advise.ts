import { type Capacity, publishedCapacity, steadyCapacity } from "../../../cost/capacity.ts";
import type { Deadline } from "../../../cost/deadline.ts";
import { ratesOf } from "../../../cost/resource-price.ts";
import { type WeighedType, weighedTypes } from "../../../cost/volume-speed.ts";
import { RunctlError } from "../../../errors.ts";
import { spotPoolsSource } from "../../../facts/zone-gain.ts";
import { regions } from "../../../facts/regions.ts";
import { type PriceKey, storagePrices } from "../../../facts/storage-prices.ts";
import { launchDefaults } from "../../../instances/launch-request.ts";
import { defineCommand, optional, repeated, toggle } from "../../define-command.ts";
import { parseRegion } from "../../parse-place.ts";
import type { Parser } from "../../parser.ts";
import { decimal, duration, keyValue, oneOf, text, wholeNumber } from "../../parsers.ts";
import { byteRate, byteSize, monthlyRate, positive } from "../../quantity-parsers.ts";
import { type AdviceOutput, adviceOutput } from "./advice-output.ts";
import type { AdviseInput } from "./advise-input.ts";
import { describeAdvice } from "./describe-advice.ts";
import type { LivePrices, livePrices } from "./live-prices.ts";
import { machinePrice, onDemandOffer } from "./machine-price.ts";
import { listedRates, priceRows } from "./price-rows.ts";
import { tooLate } from "./quantities.ts";
import { askForRest } from "./questions.ts";
import { readWorkload } from "./read-workload.ts";
import { requirePossible } from "./require-possible.ts";
import { winnerCommands } from "./winner-commands.ts";

/** `cloneGiB=0.0008`: a price of the user's own. */
const givenPrice: Parser<[PriceKey, number]> = (word) => {
  const [key, value] = keyValue(word);
  if (Object.hasOwn(storagePrices, key)) return [key as PriceKey, decimal(value)];
  throw new RunctlError("USAGE", `there is no price '${key}'`, {
    hint: `there are ${Object.keys(storagePrices).join(", ")}`,
  });
};

const volumeTypes: readonly WeighedType[] = weighedTypes;
const signs = ["available", "preempted"] as const;

export const advise = defineCommand({
  summary: "Which storage plan, and where it breaks even",
  examples: [
    "cost advise --dataset 500GB --restarts 30/month --instance-type g5.xlarge",
    "cost advise --dataset 150GB --objects 1281167 --bytes-per-step 28MB --step-time 250ms --instance-type g5.xlarge",
    "cost advise --dataset 500GB --checkpoint 80GB --instance-type p4d.24xlarge --delay-value 50",
  ],
  details:
    "Compares ways to bring a dataset to each new machine: copied from S3, streamed, on EBS volumes, from snapshots. " +
    "Plans whose order hangs on what is only assumed share a rank. What has no sure price is called unpriced. " +
    "GB is 10^9 bytes, GiB is 2^30. Nothing is asked of AWS without --live. Every number of the answer is explained " +
    "in docs/cost.md.",
  flags: {
    dataset: optional(positive(byteSize), "size of the dataset", "SIZE"),
    objects: optional(positive(wholeNumber), "files in it; default: one for each 100 MB", "N"),
    bytesPerStep: optional(positive(byteSize), "what one step of training reads", "SIZE"),
    stepTime: optional(positive(duration), "how long a step takes", "TIME"),
    ingest: optional(positive(byteRate), "what training reads, in place of both", "RATE"),
    passes: optional(
      decimal,
      "passes over the dataset a month; default: what the hours allow",
      "N",
    ),
    checkpoint: optional(
      positive(byteSize),
      "size of a checkpoint: does it fit the notice?",
      "SIZE",
    ),
    instanceType: repeated(text, "instance type; again for more to compare", "TYPE"),
    inRegion: repeated(parseRegion, "region; again for more to compare", "REGION"),
    hours: optional(positive(decimal), "hours a month that the job runs; default 300", "N"),
    restarts: optional(
      monthlyRate,
      "interruptions; default: by the hours and old probes",
      "N/month",
    ),
    nodes: optional(positive(wholeNumber), "machines side by side; default 1", "N"),
    delayValue: optional(decimal, "what an hour of waiting costs you; default 0", "USD"),
    deadline: optional(positive(duration), "a job must be done within this; needs --work", "TIME"),
    work: optional(positive(duration), "how long a job works", "TIME"),
    pricePerHour: optional(
      positive(decimal),
      "price of one machine; default: tables of spot prices",
      "USD",
    ),
    onDemand: toggle("machines on demand: nothing interrupts them"),
    zones: optional(
      positive(wholeNumber),
      "zones the job may run in; default: those of the record",
      "N",
    ),
    s3Rate: optional(positive(byteRate), "what a machine gets out of S3", "RATE"),
    volumeType: optional(oneOf(volumeTypes), "gp3, io2, st1 or sc1; default: the cheapest", "TYPE"),
    throughput: optional(
      positive(wholeNumber),
      "throughput of volumes; default: the cheapest",
      "MiB/s",
    ),
    grace: optional(duration, "time between SIGTERM and SIGKILL; default 90s", "TIME"),
    trace: optional(text, "file with spot capacity over time, in place of old probes", "FILE"),
    traceOnes: optional(
      oneOf(signs),
      "what a 1 in the trace means: available or preempted",
      "WORD",
    ),
    live: toggle("ask AWS for prices: spot price history and price list"),
    price: repeated(givenPrice, "a price of your own, such as cloneGiB=0.0008", "NAME=USD"),
    allPairs: toggle("the break-even of each pair of plans"),
  },
  positionals: {},
  async run(flags, context): Promise<{ items: AdviceOutput[]; allPairs: boolean }> {
    const { stdin, stderr } = process;
    const person = { input: stdin, output: stderr, signal: context.signal };
    const isSilent = context.options.yes || context.options.output === "json";
    const input = { ...flags, ...(isSilent ? {} : await askForRest(flags, person)) };
    const instanceTypes = orElse(
      input.instanceType,
      context.config["instance-type"] ?? [launchDefaults.instanceType],
    );
    const { region } = context.options;
    const inRegions = orElse(input.inRegion, [region ?? context.config.region ?? "us-east-1"]);
    const trace =
      input.trace === undefined ? undefined : await loadTrace(input.trace, input.traceOnes);
    const items: AdviceOutput[] = [];
    for (const inRegion of inRegions) {
      const { onDemand } = input;
      const live = input.live
        ? await askPrices(context, inRegion, { instanceTypes, onDemand })
        : undefined;
      // Far down in the answer, what --live could not bring would be overlooked.
      for (const failure of live?.failures ?? []) context.hint(`${inRegion}: ${failure}`);
      for (const instanceType of instanceTypes) {
        const capacity = trace?.capacity(inRegion, input.nodes ?? 1);
        items.push(
          adviseFor(input, {
            instanceType,
            region: inRegion,
            live,
            traceOrigin: trace?.origin,
            capacity,
          }),
        );
      }
    }
    return { items, allPairs: input.allPairs };
  },
  render: ({ items, allPairs }) =>
    items.map((advice) => describeAdvice(advice, allPairs)).join("\n\n\n"),
});

const orElse = <Value>(values: readonly Value[], preset: readonly Value[]) =>
  values.length > 0 ? values : preset;

/** Loaded on first use: most answers need neither the simulator's importer nor the SDK. */
async function loadTrace(path: string, sign: (typeof signs)[number] | undefined) {
  const [{ readTrace }, { traceCapacity }] = await Promise.all([
    import("./read-trace.ts"),
    import("./trace-capacity.ts"),
  ]);
  const trace = await readTrace(path, { sign });
  return {
    origin: trace.origin,
    capacity: (region: string, nodes: number) => traceCapacity(trace, region, nodes),
  };
}

async function askPrices(...question: Parameters<typeof livePrices>) {
  const { livePrices: ask } = await import("./live-prices.ts");
  return ask(...question);
}

interface Asked {
  instanceType: string;
  region: string;
  live: LivePrices | undefined;
  /** Undefined: the published record. */
  capacity: Capacity | undefined;
  traceOrigin: string | undefined;
}

function adviseFor(input: AdviseInput, asked: Asked): AdviceOutput {
  const { onDemand } = input;
  const { instanceType, region, live } = asked;
  requirePossible(input, region);
  const machineUsdPerHour = machinePrice({ ...asked, onDemand, given: input.pricePerHour });
  const capacity = onDemand ? steadyCapacity(1) : (asked.capacity ?? publishedCapacity(region));
  const place = { instanceType, region, machineUsdPerHour, capacity };
  const { workload, assumptions } = readWorkload(input, place);
  const given = Object.fromEntries(input.price) as Partial<Record<PriceKey, number>>;
  const deadline = readDeadline(input, asked);
  const question = {
    workload,
    rates: ratesOf(region, given, listedRates(live)),
    pinned: { type: input.volumeType, throughputMiBps: input.throughput },
    deadline,
  };
  const timing = {
    pollSeconds: launchDefaults.pollMs / 1_000,
    graceSeconds: input.grace === undefined ? launchDefaults.graceSeconds : input.grace / 1_000,
  };
  const {
    winner,
    prices: used,
    ...answer
  } = adviceOutput({
    question,
    deadline,
    checkpointBytes: input.checkpoint,
    timing,
  });
  const commands = winner
    ? winnerCommands(winner, {
        instanceType,
        region,
        zones: zonesOf(region, workload.likely.zones),
        onDemand,
      })
    : [];
  const prices = {
    storageAsOf: storagePrices.gp3GiBMonth.asOf,
    storage: priceRows(used, { region, given, live }),
    machineOrigin: machineUsdPerHour.origin,
    capacityOrigin: onDemand ? "on demand" : (asked.traceOrigin ?? spotPoolsSource),
    given,
    notAsked: live?.failures ?? [],
  };
  return { instanceType, region, prices, assumptions, ...answer, commands };
}

/** As many zones of the region as the job may run in, by name. */
function zonesOf(region: string, count: number): string[] {
  const letters = Object.keys(regions[region]?.zones ?? { a: 1, b: 2, c: 3 });
  return letters.slice(0, count).map((letter) => `${region}${letter}`);
}

function readDeadline(
  { deadline, work, pricePerHour }: AdviseInput,
  { instanceType, region, live }: Asked,
): Deadline | undefined {
  if (deadline === undefined && work === undefined) return undefined;
  if (deadline === undefined || work === undefined)
    throw new RunctlError("USAGE", "--deadline and --work belong together", {
      hint: "such as --deadline 60h --work 48h",
    });
  if (work > deadline)
    throw new RunctlError("USAGE", tooLate(work, deadline), {
      hint: "give more than one node, or a later --deadline",
    });
  const onDemandUsdPerHour = onDemandOffer(instanceType, region, live)?.usd ?? pricePerHour;
  if (onDemandUsdPerHour === undefined)
    throw new RunctlError("USAGE", `no on-demand price is known for ${instanceType} in ${region}`, {
      hint: "leave --deadline out",
    });
  return { workHours: work / 3_600_000, withinHours: deadline / 3_600_000, onDemandUsdPerHour };
}
