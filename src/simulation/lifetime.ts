import { hazardByAge } from "../facts/spot-pools.ts";

/** How long capacity lasts, or stays away. Plain data, so that workers get it. */
export type Lifetime =
  | { kind: "exponential"; meanMs: number }
  /** `shape` below 1: the longer it has lasted, the longer it will. */
  | { kind: "weibull"; meanMs: number; shape: number }
  /** Two exponentials, mixed so that both carry half of the mean; `cv`: standard deviation over mean, above 1. */
  | { kind: "hyperexponential"; meanMs: number; cv: number }
  /** The hazard by age that was measured, stretched to the mean. */
  | { kind: "measured"; meanMs: number };

/** The value that is exceeded with probability 1 - `share`, share in [0, 1). For `hyperexponential`, two draws. */
export function drawLifetimeMs(lifetime: Lifetime, share: number, second: number): number {
  const { meanMs } = lifetime;
  // Cumulated hazard: exponential of mean 1.
  const hazard = -Math.log1p(-share);
  switch (lifetime.kind) {
    case "exponential":
      return meanMs * hazard;
    case "weibull":
      return (meanMs / gamma(1 + 1 / lifetime.shape)) * hazard ** (1 / lifetime.shape);
    case "hyperexponential": {
      const p = 0.5 * (1 + Math.sqrt((lifetime.cv ** 2 - 1) / (lifetime.cv ** 2 + 1)));
      const branch = second < p ? p : 1 - p;
      return (meanMs * hazard) / (2 * branch);
    }
    case "measured":
      return ageAtHazard(hazard) * (meanMs / measuredMeanHours);
    default:
      return lifetime satisfies never;
  }
}

/** Hours at which the cumulated hazard of the measured table reaches `hazard`. */
function ageAtHazard(hazard: number): number {
  let left = hazard;
  for (const [at, { fromHours, perHour }] of hazardByAge.entries()) {
    const hours = (hazardByAge[at + 1]?.fromHours ?? Infinity) - fromHours;
    if (left <= hours * perHour) return fromHours + left / perHour;
    left -= hours * perHour;
  }
  return Infinity;
}

/** Mean of the table: the integral of its survival. */
const measuredMeanHours = (() => {
  let survives = 1;
  let mean = 0;
  for (const [at, { fromHours, perHour }] of hazardByAge.entries()) {
    const hours = (hazardByAge[at + 1]?.fromHours ?? Infinity) - fromHours;
    const next = survives * Math.exp(-perHour * hours);
    mean += (survives - next) / perHour;
    survives = next;
  }
  return mean;
})();

/** Lanczos' approximation, for arguments above 0.5. */
function gamma(x: number): number {
  const coefficients = [
    76.18009172947146, -86.5053203294168, 24.01409824083091, -1.231739572450155,
    0.1208650973866179e-2, -0.5395239384953e-5,
  ];
  const shifted = x + 4.5;
  const series = coefficients.reduce((sum, c, at) => sum + c / (x + at), 1.000000000190015);
  return (Math.sqrt(2 * Math.PI) * series * shifted ** (x - 0.5)) / Math.exp(shifted);
}
