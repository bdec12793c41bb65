import type { PriceKey } from "../../../facts/storage-prices.ts";
import type { WeighedType } from "../../../cost/volume-speed.ts";

/** What a person can tell the advisor; undefined or empty: not told. */
export interface AdviseInput {
  /** Bytes. */
  dataset: number | undefined;
  objects: number | undefined;
  /** Bytes. */
  bytesPerStep: number | undefined;
  /** Milliseconds. */
  stepTime: number | undefined;
  /** Bytes per second. */
  ingest: number | undefined;
  /** A month. */
  passes: number | undefined;
  /** Bytes. */
  checkpoint: number | undefined;
  instanceType: string[];
  inRegion: string[];
  /** A month. */
  hours: number | undefined;
  /** A month. */
  restarts: number | undefined;
  nodes: number | undefined;
  /** US dollars an hour. */
  delayValue: number | undefined;
  pricePerHour: number | undefined;
  onDemand: boolean;
  zones: number | undefined;
  /** Bytes per second. */
  s3Rate: number | undefined;
  volumeType: WeighedType | undefined;
  /** MiB/s. */
  throughput: number | undefined;
  /** Milliseconds. */
  deadline: number | undefined;
  /** Milliseconds. */
  work: number | undefined;
  /** Milliseconds. */
  grace: number | undefined;
  price: Array<[PriceKey, number]>;
}
