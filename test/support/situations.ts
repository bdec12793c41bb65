import type { Situation } from "../../src/cost/situation.ts";

/** A plain job: 100 GB on a machine of one dollar an hour, 30 restarts a month, nobody who waits. */
export function exampleSituation(changes: Partial<Situation> = {}): Situation {
  return {
    datasetBytes: 100e9,
    objects: 1_000,
    ingestBytesPerSecond: undefined,
    passesPerMonth: 0,
    nodes: 1,
    hoursPerMonth: 300,
    restartsPerMonth: 30,
    instanceUsdPerHour: 1,
    delayUsdPerHour: 0,
    s3BytesPerSecond: 1e9,
    objectsPerSecond: 3_000,
    getBytes: 8 * 2 ** 20,
    lazyBytesPerSecond: 40e6,
    lockedWaitHours: 1.8,
    followWaitHours: 0.4,
    zones: 3,
    regionZones: 3,
    attachHours: 1 / 60,
    volumeHeadroom: 1,
    instance: {
      ebsBytesPerSecond: 1e9,
      ebsBurstBytesPerSecond: 2e9,
      instanceStoreBytes: 200e9,
    },
    ...changes,
  };
}
