import { waitHoursAnywhere } from "../capacity.ts";
import { getsPerPass, hoursPerMonthOfStorage, type Situation, stallHours } from "../situation.ts";
import { type PlanInput, planWithVolume, priced, type StoragePlan } from "../storage-plan.ts";
import { volumeSpeed } from "../volume-speed.ts";

/** Of an instance-store disk, what a file system leaves for data. */
const usableShare = 0.95;

export function fitsInstanceStore({ datasetBytes, instance }: Situation): boolean {
  return datasetBytes <= instance.instanceStoreBytes * usableShare;
}

/** Hours until the dataset is copied to one machine, and what bounds them. */
export function copyHours(
  situation: Situation,
  bytesPerSecond: number,
  limitedBy: string,
): { hours: number; limitedBy: string } {
  const bySize = situation.datasetBytes / bytesPerSecond;
  const byCount = situation.objects / situation.objectsPerSecond;
  return byCount > bySize
    ? { hours: byCount / 3_600, limitedBy: "objects per second" }
    : { hours: bySize / 3_600, limitedBy };
}

/** At each start, the machine copies the dataset from S3 to its own disks. */
export function s3ToInstanceStore({ likely, rates }: PlanInput): StoragePlan {
  const gigabytes = Math.round(likely.instance.instanceStoreBytes / 1e9);
  return {
    id: "s3-nvme",
    title: "S3 copy to NVMe",
    ...(fitsInstanceStore(likely)
      ? {}
      : { impossible: `${gigabytes} GB of instance store are too few for the dataset` }),
    cost: (situation) =>
      priced(rates, (bill) => {
        const copy = copyHours(situation, situation.s3BytesPerSecond, "S3 to machine");
        return {
          fixedUsd: 0,
          restartFeeUsd: situation.nodes * bill.usd("s3Get", getsPerPass(situation)),
          loadHours: copy.hours,
          passFeeUsd: 0,
          stallHoursPerPass: 0,
          waitHours: waitHoursAnywhere(situation),
          limitedBy: copy.limitedBy,
        };
      }),
  };
}

/** The same to a volume that lives as long as the machine. */
export function s3ToTemporaryVolume(input: PlanInput): StoragePlan {
  return planWithVolume(
    { ...input, volumes: input.volumes.filter(({ type }) => type === "gp3") },
    { id: "s3-gp3", title: "S3 copy to a temporary gp3" },
    (bill, situation, volume) => {
      const speed = volumeSpeed(volume, situation);
      const bytesPerSecond = Math.min(situation.s3BytesPerSecond, speed.bytesPerSecond);
      const bound =
        speed.bytesPerSecond < situation.s3BytesPerSecond ? speed.limitedBy : "S3 to machine";
      const copy = copyHours(situation, bytesPerSecond, bound);
      const { nodes, hoursPerMonth } = situation;
      return {
        fixedUsd: (nodes * bill.volumeUsd(volume) * hoursPerMonth) / hoursPerMonthOfStorage,
        restartFeeUsd: nodes * bill.usd("s3Get", getsPerPass(situation)),
        loadHours: copy.hours,
        passFeeUsd: 0,
        stallHoursPerPass: stallHours(situation, speed.bytesPerSecond),
        waitHours: waitHoursAnywhere(situation),
        limitedBy: copy.limitedBy,
      };
    },
  );
}
