import type { Capacity } from "../../../cost/capacity.ts";
import { between, type Estimate, exactly } from "../../../cost/estimate.ts";
import type { Workload } from "../../../cost/workload.ts";
import { RunctlError } from "../../../errors.ts";
import type { InstanceTypeFacts } from "../../../facts/instance-type.ts";
import type { AdviseInput } from "./advise-input.ts";
import { instanceLimits, requireInstanceFacts } from "./instance-limits.ts";
import { type Assumption, type Ledger, openLedger, told } from "./ledger.ts";
import { bytes, digits, time, usd } from "./quantities.ts";

/** Where the job runs, and what is known about it there. */
export interface Place {
  instanceType: string;
  region: string;
  /** US dollars an hour of one machine. */
  machineUsdPerHour: Estimate;
  capacity: Capacity;
}

/** Assumed until somebody measures it: what one client gets out of S3 on a machine whose network gives more. */
const clientBytesPerSecond = 4e9;
const getBytes = 8 * 2 ** 20;

/** What nobody tells and AWS does not publish; the same for every job. */
const assumed = {
  objectsPerSecond: between(
    1_500,
    3_000,
    5_500,
    "assumed; S3 answers 5,500 a second and prefix (Optimizing Amazon S3 performance)",
  ),
  lazyBytesPerSecond: between(
    20e6,
    40e6,
    100e6,
    "assumed: AWS calls it fluctuating (Initialize Amazon EBS volumes)",
  ),
  volumeHeadroom: exactly(1.05, "assumed: what the file system keeps, and room"),
  attachHours: exactly(
    1 / 60,
    "assumed; the machine's start is the same in every plan, and left out",
  ),
} as const;

/**
 * Puts together what was told, what AWS publishes and what has to be assumed; each with its origin.
 *
 * @throws RunctlError USAGE for what is missing or does not fit together, NOT_FOUND for an unknown instance type.
 */
export function readWorkload(
  input: AdviseInput,
  place: Place,
): { workload: Workload; assumptions: readonly Assumption[] } {
  const type = requireInstanceFacts(place.instanceType);
  const { note, lines } = openLedger();
  const { capacity } = place;
  const { datasetBytes, objects } = readDataset(input, note);
  const hours = note(
    "hours a month",
    told(input.hours, "--hours", exactly(300, "default")),
    digits,
  );
  const nodes = note("machines", told(input.nodes, "--nodes", exactly(1, "default")), digits);
  const losses = lossesPerMonth(capacity, hours.likely);
  const restarts = note("restarts a month", told(input.restarts, "--restarts", losses), digits);
  const machine = note("USD an hour of a machine", place.machineUsdPerHour, usd);
  const delay = note(
    "USD for an hour's delay",
    told(input.delayValue, "--delay-value", exactly(0, "default: nobody waits")),
    usd,
  );
  const { ingest, passes } = readTraining(input, datasetBytes, hours.likely, note);
  const s3Rate = told(input.s3Rate, "--s3-rate", networkRate(type, place.instanceType));
  const s3 = note("S3 to a machine", s3Rate, rate);
  const zones = note("zones it may run in", told(input.zones, "--zones", capacity.zones), digits);
  const locked = note("wait for one zone", capacity.lockedWaitHours, time);
  const follow = note("wait for any zone", capacity.followWaitHours, time);
  const objectsPerSecond = note("small objects a second", assumed.objectsPerSecond, digits);
  const lazy = note("lazy filling of a volume", assumed.lazyBytesPerSecond, rate);
  const headroom = note("volume over dataset", assumed.volumeHeadroom, digits);
  const attach = note("attach and mount", assumed.attachHours, time);
  const workload = {
    likely: {
      datasetBytes,
      objects,
      ingestBytesPerSecond: ingest?.likely,
      passesPerMonth: passes.likely,
      nodes: nodes.likely,
      hoursPerMonth: hours.likely,
      restartsPerMonth: restarts.likely,
      instanceUsdPerHour: machine.likely,
      delayUsdPerHour: delay.likely,
      s3BytesPerSecond: s3.likely,
      objectsPerSecond: objectsPerSecond.likely,
      getBytes,
      lazyBytesPerSecond: lazy.likely,
      lockedWaitHours: locked.likely,
      followWaitHours: follow.likely,
      zones: zones.likely,
      regionZones: capacity.zones.likely,
      attachHours: attach.likely,
      volumeHeadroom: headroom.likely,
      instance: instanceLimits(type),
    },
    open: {
      instanceUsdPerHour: machine,
      lazyBytesPerSecond: lazy,
      lockedWaitHours: locked,
      objectsPerSecond,
      restartsPerMonth: restarts,
      s3BytesPerSecond: s3,
    },
  };
  return { workload, assumptions: lines };
}

const rate = (bytesPerSecond: number) => `${bytes(bytesPerSecond)}/s`;

function readDataset({ dataset, objects }: AdviseInput, note: Ledger["note"]) {
  if (!dataset) throw missing("--dataset", "500GB");
  const count = told(objects, "--objects", exactly(Math.ceil(dataset / 100e6), "100 MB each"));
  note("dataset", exactly(dataset, "--dataset"), bytes);
  return { datasetBytes: dataset, objects: note("objects", count, digits).likely };
}

/** How fast training reads, and how often it goes over the dataset: as often as the hours allow, if that is told. */
function readTraining(
  input: AdviseInput,
  datasetBytes: number,
  hours: number,
  note: Ledger["note"],
): { ingest: Estimate | undefined; passes: Estimate } {
  const ingest = readIngest(input);
  if (ingest) note("training reads", ingest, rate);
  const { passes: given } = input;
  if (given === undefined && !ingest) return { ingest, passes: exactly(0, "not told") };
  const allowed = ((ingest?.likely ?? 0) * hours * 3_600) / datasetBytes;
  const passes = told(given, "--passes", exactly(allowed, "what the hours allow"));
  return { ingest, passes: note("passes a month", passes, digits) };
}

function readIngest({ ingest, bytesPerStep, stepTime }: AdviseInput): Estimate | undefined {
  if (ingest !== undefined && (bytesPerStep !== undefined || stepTime !== undefined))
    throw new RunctlError("USAGE", "--ingest says what --bytes-per-step and --step-time say", {
      hint: "give one or the other",
    });
  if (ingest !== undefined) return exactly(ingest, "--ingest");
  if (bytesPerStep === undefined && stepTime === undefined) return undefined;
  if (bytesPerStep === undefined) throw missing("--bytes-per-step", "150MB");
  if (!stepTime) throw missing("--step-time", "500ms");
  return exactly((bytesPerStep / stepTime) * 1_000, "--bytes-per-step over --step-time");
}

function lossesPerMonth({ lossesPerHour }: Capacity, hours: number): Estimate {
  const { low, likely, high, origin } = lossesPerHour;
  const whole = (perHour: number) => Math.round(perHour * hours);
  return between(whole(low), whole(likely), whole(high), origin);
}

function networkRate({ network }: InstanceTypeFacts, name: string): Estimate {
  const sustained = (network.baselineGbps * 1e9) / 8;
  const peak = (network.peakGbps * 1e9) / 8;
  const likely = Math.min(sustained, clientBytesPerSecond);
  const bound = likely === sustained ? `sustained network of ${name}` : "one client, assumed";
  return between(likely / 2, likely, Math.min(peak, likely * 2), bound);
}

function missing(flag: string, example: string): RunctlError {
  return new RunctlError("USAGE", `${flag} is missing`, { hint: `such as ${flag} ${example}` });
}
