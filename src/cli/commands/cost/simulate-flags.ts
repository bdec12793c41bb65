import { deadlinePolicyNames, placementNames } from "../../../simulation/job.ts";
import { optional, repeated, toggle } from "../../define-command.ts";
import { decimal, duration, oneOf, text, wholeNumber } from "../../parsers.ts";
import { byteRate, byteSize, positive } from "../../quantity-parsers.ts";
import { checkpointPolicy, share } from "./simulate-parsers.ts";

const lifetimeKinds = ["measured", "exponential", "weibull", "hyperexponential"] as const;

/** Storage plans by the names that `cost advise` gives them. */
const planIds = [
  "s3-nvme",
  "s3-gp3",
  "s3-stream",
  "s3-express",
  "s3-files",
  "ebs-one-zone",
  "ebs-zones",
  "hybrid",
  "clone",
  "snapshot-lazy",
  "snapshot-rate",
  "snapshot-fsr",
] as const;

/** The flags of `cost simulate`, by what they speak of. */
export const simulateFlags = {
  // The market
  trace: repeated(
    text,
    "file with spot capacity over time; several for zones of one file each",
    "FILE",
  ),
  traceOnes: optional(
    oneOf(["available", "preempted"]),
    "what a 1 in it means, where it does not say",
    "WORD",
  ),
  tick: optional(
    positive(duration),
    "how far apart the looks of the trace are, where it does not say",
    "TIME",
  ),
  blocks: optional(
    positive(duration),
    "draw new histories from blocks of the trace, this long",
    "TIME",
  ),
  zone: repeated(text, "only this zone", "ZONE"),
  lifetimes: optional(
    oneOf(lifetimeKinds),
    `of made-up capacity: ${lifetimeKinds.join(", ")}; default measured`,
    "KIND",
  ),
  spotPrice: optional(
    decimal,
    "an hour of one machine; default: the trace's, or the tables'",
    "USD",
  ),
  onDemandPrice: optional(decimal, "the same on demand", "USD"),
  // The job
  work: optional(positive(duration), "training to be done; default 48h", "TIME"),
  deadline: optional(
    positive(duration),
    "it must be done within this; default: no deadline",
    "TIME",
  ),
  nodes: optional(positive(wholeNumber), "machines that work as one; default 1", "N"),
  instanceType: optional(text, "instance type; default as in aws create", "TYPE"),
  // Data and checkpoints
  dataset: optional(positive(byteSize), "size of the dataset: compares storage plans", "SIZE"),
  objects: optional(positive(wholeNumber), "files in it; default: one for each 100 MB", "N"),
  ingest: optional(positive(byteRate), "what training reads", "RATE"),
  s3Rate: optional(positive(byteRate), "what a machine gets out of S3", "RATE"),
  plan: repeated(
    oneOf(planIds),
    `storage plan: ${planIds.join(", ")}; default: five of them`,
    "PLAN",
  ),
  changeover: optional(
    duration,
    "from a machine to training, in place of --dataset; default 12m",
    "TIME",
  ),
  boot: optional(duration, "from a request to a machine that can load; default 4m", "TIME"),
  copies: repeated(
    positive(wholeNumber),
    "zones with a volume, for ebs-zones and hybrid; again for more to compare",
    "N",
  ),
  home: repeated(
    text,
    "zone of the volume, again for those of copies; default: others for each job",
    "ZONE",
  ),
  checkpoints: repeated(
    checkpointPolicy,
    "15m, young, daly, age-dependent, on-notice or lossless",
    "WHEN",
  ),
  saveTime: optional(duration, "how long a save takes; default 80s", "TIME"),
  onDemandAvailability: optional(
    share,
    "how often on-demand machines are to be had when asked for; default 1",
    "SHARE",
  ),
  noticeSuccess: optional(share, "share of notices that a save is ready for; default 0.9", "SHARE"),
  // How it reacts
  policy: repeated(
    oneOf(deadlinePolicyNames),
    `about its deadline: ${deadlinePolicyNames.join(", ")}`,
    "POLICY",
  ),
  placement: repeated(
    oneOf(placementNames),
    `which zone it takes: ${placementNames.join(", ")}; default same-zone`,
    "RULE",
  ),
  // Many jobs that want the same instances
  fleet: optional(
    positive(wholeNumber),
    "so many such jobs at once, which take capacity from each other",
    "N",
  ),
  poolDepth: optional(
    positive(wholeNumber),
    "instances for each one that the trace counts; default 16 for probes",
    "N",
  ),
  quota: optional(
    positive(wholeNumber),
    "spot instances that the account may run; default: no limit",
    "N",
  ),
  arrivals: optional(duration, "the fleet arrives within this; default: all at once", "TIME"),
  // How much, and what comes out
  start: optional(duration, "one job that starts here in the trace", "TIME"),
  jobs: optional(
    positive(wholeNumber),
    "jobs in each history; default 600 of a trace, 20 of what is made up",
    "N",
  ),
  replicas: optional(
    positive(wholeNumber),
    "histories; default 1 of a trace, 100 of what is made up",
    "N",
  ),
  seed: optional(wholeNumber, "another one draws other numbers; default 1", "N"),
  workers: optional(
    positive(wholeNumber),
    "threads; the result is the same; default: by the size",
    "N",
  ),
  asPapers: toggle(
    "the rules of papers: all looks and bills by the trace's tick, nothing lost or free",
  ),
  sensitivity: toggle("how the first case answers to numbers that are not sure"),
  breakEven: toggle(
    "from how many interruptions on which way to bring the data is the cheaper one",
  ),
  report: optional(text, "write a page with drawings; one file, no network needed", "FILE.html"),
};
