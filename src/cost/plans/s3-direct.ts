import { waitHoursAnywhere } from "../capacity.ts";
import { datasetGiB, getsPerPass, type Situation, stallHours } from "../situation.ts";
import { type CostParts, type PlanInput, priced, type StoragePlan } from "../storage-plan.ts";

/** Files below this size go through the storage of S3 Files, larger reads to S3 itself ("S3 Files", S3 user guide). */
const s3FilesThresholdBytes = 128 * 1024;
/** Assumed: what S3 Files keeps of each file so that it can be listed. */
const s3FilesMetadataBytes = 4_096;

const needsIngest = "tell what training reads: --bytes-per-step and --step-time, or --ingest";
const undecidedWithout = ({ ingestBytesPerSecond }: Situation) =>
  ingestBytesPerSecond === undefined ? { undecided: needsIngest } : {};

/** Nothing is copied: what the plans that read S3 while training have in common. */
const direct = (situation: Situation): CostParts => {
  const { datasetBytes, objects, s3BytesPerSecond, objectsPerSecond } = situation;
  const byCount = (datasetBytes / Math.max(1, objects)) * objectsPerSecond;
  const stallHoursPerPass = stallHours(situation, Math.min(s3BytesPerSecond, byCount));
  const bound = byCount < s3BytesPerSecond ? "objects per second" : "S3 to machine";
  return {
    fixedUsd: 0,
    restartFeeUsd: 0,
    loadHours: 0,
    passFeeUsd: 0,
    stallHoursPerPass,
    waitHours: waitHoursAnywhere(situation),
    limitedBy: stallHoursPerPass > 0 ? bound : "training itself",
  };
};

/** Training reads S3 while it runs, through a loader of its own or a mounted bucket. */
export function s3Stream({ likely, rates }: PlanInput): StoragePlan {
  return {
    id: "s3-stream",
    title: "S3 stream or Mountpoint",
    ...undecidedWithout(likely),
    note: "needs a loader that reads ahead; small files read at random stall on latency",
    cost: (situation) =>
      priced(rates, (bill) => ({
        ...direct(situation),
        passFeeUsd: situation.nodes * bill.usd("s3Get", getsPerPass(situation)),
      })),
  };
}

/** The same from a directory bucket: faster first bytes, dearer storage, in one zone. */
export function s3Express({ likely, rates }: PlanInput): StoragePlan {
  return {
    id: "s3-express",
    title: "S3 Express One Zone",
    ...undecidedWithout(likely),
    note: "the price of reading it from another zone is not confirmed and not counted",
    cost: (situation) =>
      priced(rates, (bill) => ({
        ...direct(situation),
        fixedUsd: bill.usd("expressGiBMonth", datasetGiB(situation)),
        passFeeUsd:
          situation.nodes *
          (bill.usd("expressReadGiB", datasetGiB(situation)) +
            bill.usd("expressGet", getsPerPass(situation))),
      })),
  };
}

/** The bucket as an NFS file system. */
export function s3Files({ likely, rates }: PlanInput): StoragePlan {
  return {
    id: "s3-files",
    title: "S3 Files (NFS)",
    ...undecidedWithout(likely),
    cost: (situation) =>
      priced(rates, (bill) => {
        const { datasetBytes, objects, nodes } = situation;
        const isSmall = datasetBytes / Math.max(1, objects) < s3FilesThresholdBytes;
        const keptGiB = isSmall
          ? datasetGiB(situation)
          : (objects * s3FilesMetadataBytes) / 2 ** 30;
        return {
          ...direct(situation),
          fixedUsd: bill.usd("s3FilesGiBMonth", keptGiB),
          passFeeUsd:
            nodes *
            (bill.usd("s3FilesReadGiB", keptGiB) +
              (isSmall ? 0 : bill.usd("s3Get", getsPerPass(situation)))),
        };
      }),
  };
}
