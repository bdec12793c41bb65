import { ratesOf } from "../../../cost/resource-price.ts";
import { exactly } from "../../../cost/estimate.ts";
import type { PlanId } from "../../../cost/storage-plan.ts";
import { storagePlans } from "../../../cost/storage-plans.ts";
import { publishedCapacity } from "../../../cost/capacity.ts";
import { RunctlError } from "../../../errors.ts";
import { dataPaths } from "../../../simulation/data-path.ts";
import type { DataPath } from "../../../simulation/job.ts";
import { hourMs } from "../../../simulation/spot-trace.ts";
import type { AdviseInput } from "./advise-input.ts";
import { readWorkload } from "./read-workload.ts";
import type { Assumed, SimulateInput } from "./simulate-input.ts";

/** Of a launch, before EC2 calls it running and bills it; assumed. */
const launchMs = 30_000;
/** From a request to a machine that can load; assumed until it is measured. */
const defaultBootMs = 240_000;
/** From a machine to training: the paper's changeover. */
const defaultChangeoverMs = 0.2 * hourMs;

/** Not longer than all that was told to take so long. */
export function launchMsOf({ dataset, boot, changeover }: SimulateInput): number {
  return Math.round(Math.min(launchMs, (dataset === undefined ? changeover : boot) ?? launchMs));
}

const launchAssumption = (input: SimulateInput): Assumed => ({
  what: "from a request to a running machine, not billed",
  value: `${launchMsOf(input) / 1000} s`,
  origin: "assumed",
});

const defaultPlans: readonly PlanId[] = [
  "s3-nvme",
  "s3-gp3",
  "ebs-one-zone",
  "ebs-zones",
  "hybrid",
  "snapshot-rate",
];

interface Place {
  region: string;
  instanceType: string;
  zones: number;
  usdPerHour: number;
}

/**
 * How data comes to the job: by storage plans where a dataset is told, else by a time that is given.
 *
 * @throws RunctlError USAGE for a plan that was asked for and cannot be done.
 */
export function simulatedPaths(
  input: SimulateInput,
  place: Place,
): { paths: DataPath[]; assumed: Assumed[] } {
  return input.dataset === undefined ? givenPath(input, place.zones) : planPaths(input, place);
}

function givenPath(input: SimulateInput, zones: number): { paths: DataPath[]; assumed: Assumed[] } {
  for (const [flag, values] of Object.entries({ "--plan": input.plan, "--copies": input.copies }))
    if (values.length > 0)
      throw new RunctlError("USAGE", `${flag} needs to know how large the dataset is`, {
        hint: "give --dataset, such as --dataset 150GB",
      });
  const { changeover = defaultChangeoverMs } = input;
  const loadMs = Math.round(changeover) - (input.asPapers ? 0 : launchMsOf(input));
  const path = (name: string, bound: DataPath["zones"]): DataPath => ({
    name,
    zones: bound,
    cache: "none",
    copies: 1,
    warmMs: loadMs,
    coldMs: loadMs,
    speed: 1,
    feePerLoadUsd: 0,
    fixedUsdPerHour: 0,
  });
  return {
    // In one zone the two are the same.
    paths: [
      path("follows capacity", "all"),
      ...(zones > 1 ? [path("bound to one zone", "held")] : []),
    ],
    assumed: [
      ...(input.asPapers ? [] : [launchAssumption(input)]),
      {
        what: "from a request to training",
        value: `${(changeover / 60_000).toFixed(1)} min`,
        origin:
          input.changeover === undefined ? "default; --changeover, or --dataset" : "--changeover",
      },
    ],
  };
}

function planPaths(
  input: SimulateInput,
  { region, instanceType, zones, usdPerHour }: Place,
): { paths: DataPath[]; assumed: Assumed[] } {
  const { boot = defaultBootMs } = input;
  const { workload, assumptions } = readWorkload(adviseInput(input), {
    instanceType,
    region,
    machineUsdPerHour: exactly(usdPerHour, "spot"),
    capacity: publishedCapacity(region),
  });
  const situation = { ...workload.likely, zones };
  const pathsWith = (copies: number) =>
    dataPaths({
      plans: storagePlans({ likely: situation, rates: ratesOf(region), pinned: {}, copies }),
      situation,
      copies,
      bootMs: boot - launchMsOf(input),
    });
  const wanted = input.plan.length > 0 ? input.plan : defaultPlans;
  const paths = wanted.flatMap((id) =>
    copiesOf(id, input, zones).flatMap((copies) => {
      const found = pathsWith(copies).find((plan) => plan.id === id);
      if (found?.path) return [found.path];
      if (input.plan.length === 0) return [];
      throw new RunctlError("USAGE", `${id} cannot be done: ${found?.why ?? "it is no plan here"}`);
    }),
  );
  const compared = input.plan.length > 0 ? paths : withoutSpare(paths);
  return {
    paths: compared,
    assumed: [
      launchAssumption(input),
      {
        what: "from a request to loading",
        value: `${(boot / 60_000).toFixed(1)} min`,
        origin: input.boot === undefined ? "assumed; --boot" : "--boot",
      },
      ...assumptions.filter(({ what }) => loadNumbers.includes(what)),
      ...compared.map(pathAssumption),
    ],
  };
}

/**
 * Numbers of zones with a volume, with each of which a plan is simulated: without --copies all zones for the plan that
 * has nothing else, and one for the others.
 */
function copiesOf(id: PlanId, { copies }: SimulateInput, zones: number): readonly number[] {
  if (id !== "ebs-zones" && id !== "hybrid") return [1];
  const refused = copies.find((count) => count < 1 || count > zones);
  if (refused !== undefined)
    throw new RunctlError("USAGE", `there are no ${refused} zones for copies`, {
      hint: `the job may run in ${zones}`,
    });
  if (copies.length > 0) return [...new Set(copies)];
  return id === "hybrid" ? [1] : [zones];
}

/** Numbers of the advisor that loads follow from, by the names that it gives them. */
const loadNumbers = [
  "dataset",
  "objects",
  "S3 to a machine",
  "small objects a second",
  "training reads",
  "volume over dataset",
  "attach and mount",
];

const minutes = (ms: number) => (ms / 60_000).toFixed(1);

/** What the simulation takes of a plan. */
function pathAssumption(path: DataPath): Assumed {
  const load =
    path.cache === "none"
      ? `${minutes(path.coldMs)} min`
      : `${minutes(path.warmMs)} min at hand, else ${minutes(path.coldMs)} min`;
  const speed = path.speed === 1 ? "" : `; feeds ${(path.speed * 100).toFixed(0)} % of full speed`;
  return {
    what: path.name,
    value: `from a running machine to training ${load}; ${path.feePerLoadUsd.toFixed(4)} USD a load, ${path.fixedUsdPerHour.toFixed(4)} USD/h standing${speed}`,
    origin: "the plan in cost advise, with the numbers above; docs/cost.md",
  };
}

/** Of the two S3 copies, the first that can be done. */
function withoutSpare(paths: DataPath[]): DataPath[] {
  const copies = paths.filter(({ name }) => name.startsWith("S3 copy"));
  return paths.filter((path) => !copies.slice(1).includes(path));
}

/** What the advisor would be told. */
function adviseInput(input: SimulateInput): AdviseInput {
  return {
    dataset: input.dataset,
    objects: input.objects,
    ingest: input.ingest,
    s3Rate: input.s3Rate,
    nodes: input.nodes,
    bytesPerStep: undefined,
    stepTime: undefined,
    passes: undefined,
    checkpoint: undefined,
    instanceType: [],
    inRegion: [],
    hours: 730,
    restarts: undefined,
    delayValue: undefined,
    pricePerHour: undefined,
    onDemand: false,
    zones: undefined,
    volumeType: undefined,
    throughput: undefined,
    deadline: undefined,
    work: undefined,
    grace: undefined,
    price: [],
  };
}
