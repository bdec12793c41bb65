import { waitHoursAnywhere } from "../capacity.ts";
import { initializationRateMiBps } from "../../facts/ebs-limits.ts";
import {
  fastRestoreCreditsPerHour,
  regionInitializationMiBps,
} from "../../facts/restore-limits.ts";
import type { Bill } from "../bill.ts";
import { initializationRateFor } from "../initialization-rate.ts";
import {
  bytesPerMiB,
  datasetGiB,
  hoursPerMonthOfStorage,
  type Situation,
  stallHours,
} from "../situation.ts";
import {
  type CostParts,
  type PlanInput,
  planWithVolume,
  type StoragePlan,
} from "../storage-plan.ts";
import { type Volume, volumeSpeed } from "../volume-speed.ts";
import { initializationHours } from "./ebs.ts";

/** Creating the volume, beside attaching it: half a minute, assumed. */
const createHours = 0.5 / 60;

/** A snapshot that stays, and a volume from it as long as a machine runs; any zone will do. */
function fromSnapshot(bill: Bill, situation: Situation, volume: Volume): CostParts {
  const { nodes, hoursPerMonth } = situation;
  const volumeUsd = (nodes * bill.volumeUsd(volume) * hoursPerMonth) / hoursPerMonthOfStorage;
  const speed = volumeSpeed(volume, situation);
  return {
    fixedUsd: bill.usd("snapshotGiBMonth", datasetGiB(situation)) + volumeUsd,
    restartFeeUsd: 0,
    loadHours: situation.attachHours + createHours,
    passFeeUsd: 0,
    stallHoursPerPass: stallHours(situation, speed.bytesPerSecond),
    waitHours: waitHoursAnywhere(situation),
    limitedBy: speed.limitedBy,
  };
}

/** Blocks come from S3 when they are first touched. */
export function snapshotLazy(input: PlanInput): StoragePlan {
  return planWithVolume(
    input,
    {
      id: "snapshot-lazy",
      title: "snapshot, filled lazily",
      note: "AWS gives no rate for lazy filling: it is assumed, and the range is wide",
    },
    (bill, situation, volume) => {
      const base = fromSnapshot(bill, situation, volume);
      return {
        ...base,
        loadHours:
          base.loadHours + initializationHours(situation, volume, situation.lazyBytesPerSecond),
        limitedBy: "lazy filling of the volume",
      };
    },
  );
}

/** A paid rate fills the volume ("Initialize Amazon EBS volumes"). */
export function snapshotWithRate(input: PlanInput): StoragePlan {
  const rateMiBps = initializationRateFor(input.likely.nodes);
  return planWithVolume(
    input,
    {
      id: "snapshot-rate",
      title: `snapshot, ${rateMiBps} MiB/s paid`,
      ...(rateMiBps < initializationRateMiBps.min
        ? { impossible: `a region fills ${regionInitializationMiBps} MiB/s of volumes at once` }
        : {}),
    },
    (bill, situation, volume) => {
      const base = fromSnapshot(bill, situation, volume);
      const fee = bill.usd("initializationGiBMiBps", rateMiBps * datasetGiB(situation));
      return {
        ...base,
        restartFeeUsd: situation.nodes * fee,
        loadHours: base.loadHours + initializationHours(situation, volume, rateMiBps * bytesPerMiB),
        limitedBy: "paid initialization rate",
      };
    },
  );
}

/** Hours of the 30 days for which fast restore is on in each zone. */
const fastRestoreHours = 720;

/** Volumes from the snapshot are full at once, in the zones where that is switched on. */
export function snapshotWithFastRestore(input: PlanInput): StoragePlan {
  return planWithVolume(
    input,
    { id: "snapshot-fsr", title: "snapshot, fast restore" },
    (bill, situation, volume) => {
      const base = fromSnapshot(bill, situation, volume);
      const switchedOn = bill.usd("fastRestoreZoneHour", situation.zones * fastRestoreHours);
      const credits = Math.max(1, fastRestoreCreditsPerHour(datasetGiB(situation)));
      return {
        ...base,
        fixedUsd: base.fixedUsd + switchedOn,
        limitedBy: situation.nodes > credits ? "fast restore credits" : base.limitedBy,
      };
    },
  );
}
