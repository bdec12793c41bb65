/**
 * How spot capacity came and went where somebody measured it: launch probes of public traces, reduced to statistics.
 *
 * V100: p3.2xlarge, 9 zones probed every 195 s from 2023-02-15 for 45.5 days (SkyNomad artifact, which took them from
 * the traces of "Can't Be Late", NSDI 2024). `src/simulation/trace-statistics.ts` computes the same numbers from the
 * trace itself, and its tests compare them where the trace is at hand. Old pools: trust ratios more than levels.
 */
interface ZonePool {
  zone: string;
  /** Share of time in which a launch succeeds. */
  availability: number;
  /** Times per 30 days that capacity went away. */
  preemptionsPer30Days: number;
  upMeanHours: number;
  upMedianHours: number;
  downMeanHours: number;
  downP90Hours: number;
}

/** What the zones of one region do together. */
export interface RegionPool {
  region: string;
  zones: readonly ZonePool[];
  /** P(another zone of the region has capacity) at the moment when one loses it. */
  otherUpAtPreemption: number;
  /** The same at any time while one zone has none. */
  otherUpWhileDown: number;
  /** Mean hours until capacity is back after a preemption: bound to the zone, and in whichever zone comes first. */
  meanWaitHours: { locked: number; follow: number };
  /** Share of time: the mean of the zones, and at least one zone of the region. */
  availability: { meanZone: number; anyZone: number };
}

const zone = (
  name: string,
  availability: number,
  preemptionsPer30Days: number,
  [upMeanHours, upMedianHours]: readonly [number, number],
  [downMeanHours, downP90Hours]: readonly [number, number],
): ZonePool => ({
  zone: name,
  availability,
  preemptionsPer30Days,
  upMeanHours,
  upMedianHours,
  downMeanHours,
  downP90Hours,
});

export const v100Pools: readonly RegionPool[] = [
  {
    region: "us-east-1",
    zones: [
      zone("us-east-1a", 0.167, 166.8, [0.72, 0.33], [3.58, 11.05]),
      zone("us-east-1c", 0.467, 226.2, [1.48, 0.49], [1.69, 4.22]),
      zone("us-east-1d", 0.447, 193.2, [1.66, 0.54], [2.05, 4.68]),
      zone("us-east-1f", 0.591, 187.9, [2.26, 0.54], [1.56, 4.74]),
    ],
    otherUpAtPreemption: 0.689,
    otherUpWhileDown: 0.507,
    meanWaitHours: { locked: 2.08, follow: 0.31 },
    availability: { meanZone: 0.418, anyZone: 0.713 },
  },
  {
    region: "us-east-2",
    zones: [
      zone("us-east-2a", 0.759, 96, [5.68, 0.87], [1.8, 4.6]),
      zone("us-east-2b", 0.682, 115, [4.26, 1.08], [1.98, 4.8]),
    ],
    otherUpAtPreemption: 0.577,
    otherUpWhileDown: 0.307,
    meanWaitHours: { locked: 1.87, follow: 0.89 },
    availability: { meanZone: 0.721, anyZone: 0.807 },
  },
  {
    region: "us-west-2",
    zones: [
      zone("us-west-2a", 0.883, 104, [6.06, 1.03], [0.81, 1.8]),
      zone("us-west-2b", 0.905, 62, [10.4, 1.41], [1.1, 2.9]),
      zone("us-west-2c", 0.891, 94, [6.81, 0.92], [0.84, 2.1]),
    ],
    otherUpAtPreemption: 0.794,
    otherUpWhileDown: 0.631,
    meanWaitHours: { locked: 0.89, follow: 0.15 },
    availability: { meanZone: 0.893, anyZone: 0.961 },
  },
];

/**
 * How likely a spot instance is to lose its place, by its age: the pooled up-spells of the V100 zones (1,884 spells,
 * mean 3.22 h, median 0.54 h). The longer it has lived, the safer it is; nothing here is exponential.
 */
export const hazardByAge: ReadonlyArray<{ fromHours: number; perHour: number }> = [
  { fromHours: 0, perHour: 1.27 },
  { fromHours: 0.25, perHour: 1.09 },
  { fromHours: 0.5, perHour: 0.77 },
  { fromHours: 1, perHour: 0.43 },
  { fromHours: 2, perHour: 0.2 },
  { fromHours: 4, perHour: 0.15 },
  { fromHours: 8, perHour: 0.11 },
  { fromHours: 16, perHour: 0.07 },
  { fromHours: 32, perHour: 0.025 },
];
