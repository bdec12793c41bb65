import type { Bill } from "../bill.ts";
import { waitHoursAnywhere, waitHoursIn } from "../capacity.ts";
import {
  datasetGiB,
  getsPerPass,
  hoursPerMonthOfStorage,
  type Situation,
  stallHours,
  bytesPerMiB,
} from "../situation.ts";
import { cloneMiBps } from "../../facts/restore-limits.ts";
import {
  type CostParts,
  type PlanInput,
  planWithVolume,
  type StoragePlan,
} from "../storage-plan.ts";
import { type Volume, volumeSpeed } from "../volume-speed.ts";
import { copyHours, fitsInstanceStore } from "./s3-copy.ts";

/** A volume that keeps the dataset, in each of `zones` zones, for each node. */
function keptVolume(bill: Bill, situation: Situation, volume: Volume, zones: number): CostParts {
  const speed = volumeSpeed(volume, situation);
  return {
    fixedUsd: situation.nodes * zones * bill.volumeUsd(volume),
    restartFeeUsd: 0,
    loadHours: situation.attachHours,
    passFeeUsd: 0,
    stallHoursPerPass: stallHours(situation, speed.bytesPerSecond),
    waitHours: waitHoursIn(zones, situation),
    limitedBy: zones < situation.zones ? "capacity of the volume's zone" : speed.limitedBy,
  };
}

/** The volume waits for the next machine, which must start in its zone. */
export function ebsInOneZone(input: PlanInput): StoragePlan {
  return planWithVolume(
    input,
    { id: "ebs-one-zone", title: "EBS warm, one zone" },
    (bill, situation, volume) => keptVolume(bill, situation, volume, 1),
  );
}

/** The same volume in several zones. */
export function ebsInZones(input: PlanInput, zones: number): StoragePlan {
  return planWithVolume(
    input,
    {
      id: "ebs-zones",
      title: `EBS copies in ${zones} zones`,
      ...(zones < 2 ? { impossible: onlyOneZone(input.likely) } : {}),
    },
    (bill, situation, volume) => keptVolume(bill, situation, volume, zones),
  );
}

const onlyOneZone = ({ zones }: Situation) =>
  zones < 2
    ? "the job may run in one zone only"
    : "that is a volume in one zone, a plan of its own";

/**
 * Volumes in `copies` zones; elsewhere the machine copies from S3. Of many restarts, as many find a zone with a volume
 * free as such zones are among all.
 */
export function hybrid(input: PlanInput, copies: number): StoragePlan {
  return planWithVolume(
    input,
    {
      id: "hybrid",
      title: copies === 1 ? "EBS at home, S3 elsewhere" : `EBS in ${copies} zones, S3 elsewhere`,
    },
    (bill, situation, volume) => {
      const atHome = Math.min(1, copies / situation.zones);
      const kept = keptVolume(bill, situation, volume, copies);
      const { bytesPerSecond } = volumeSpeed(volume, situation);
      const hasDisk = fitsInstanceStore(situation);
      const { nodes, hoursPerMonth, s3BytesPerSecond } = situation;
      const copy = copyHours(
        situation,
        hasDisk ? s3BytesPerSecond : Math.min(s3BytesPerSecond, bytesPerSecond),
        "S3 to machine",
      );
      const temporaryUsd = hasDisk
        ? 0
        : (nodes * bill.volumeUsd(volume) * hoursPerMonth * (1 - atHome)) / hoursPerMonthOfStorage;
      return {
        ...kept,
        fixedUsd: kept.fixedUsd + temporaryUsd,
        restartFeeUsd: (1 - atHome) * nodes * bill.usd("s3Get", getsPerPass(situation)),
        loadHours: atHome * kept.loadHours + (1 - atHome) * copy.hours,
        stallHoursPerPass: kept.stallHoursPerPass * (hasDisk ? atHome : 1),
        waitHours: waitHoursAnywhere(situation),
        limitedBy: copy.limitedBy,
      };
    },
  );
}

/** Each machine gets a copy of one volume (CopyVolumes), in its zone. */
export function volumeClone(input: PlanInput): StoragePlan {
  return planWithVolume(
    input,
    {
      id: "clone",
      title: "EBS clone per start",
      ...(input.likely.nodes > 1
        ? { impossible: "a volume is copied once at a time: nodes would start hours apart" }
        : {}),
    },
    (bill, situation, volume) => {
      const kept = keptVolume(bill, situation, volume, 1);
      const share = situation.hoursPerMonth / hoursPerMonthOfStorage;
      return {
        ...kept,
        fixedUsd: kept.fixedUsd * (1 + share),
        restartFeeUsd: bill.usd("cloneGiB", datasetGiB(situation)),
        loadHours:
          kept.loadHours + initializationHours(situation, volume, cloneMiBps * bytesPerMiB),
        limitedBy: "125 MiB/s while the copy is not complete",
      };
    },
  );
}

/**
 * Hours by which the first pass over a volume that still fills itself is longer: than the training, or, where it is
 * not told what training reads, than the same pass over the full volume.
 */
export function initializationHours(
  situation: Situation,
  volume: Volume,
  fillBytesPerSecond: number,
): number {
  const full = volumeSpeed(volume, situation).bytesPerSecond;
  const slow = Math.min(full, fillBytesPerSecond);
  if (situation.ingestBytesPerSecond !== undefined) return stallHours(situation, slow);
  return (situation.datasetBytes / slow - situation.datasetBytes / full) / 3_600;
}
