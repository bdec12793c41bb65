/**
 * Of what more zones could save in waiting for capacity, the share that is left undone with two of them. Outages of
 * one region come together, but two zones have most of what all have: the time without capacity is 0.58 in one zone,
 * 0.32 in the best two, 0.29 in all four of us-east-1; 0.107, 0.048 and 0.039 in one, two and three of us-west-2.
 *
 * Source: computed from the same launch probes as `spot-pools.ts`.
 */
export const leftWithTwoZones = 0.13;

/** Where `spot-pools.ts` comes from, in one line. */
export const spotPoolsSource =
  "launch probes of p3.2xlarge every 195 s, 2023-02-15 to 2023-04-02 (SkyNomad artifact)";
