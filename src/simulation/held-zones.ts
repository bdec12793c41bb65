/**
 * Indices of the zones that hold a job's data, the home zone first: those that were named, then the others in the
 * order of the market from the first one on.
 *
 * @param copies zones that hold it; more than there are: all
 */
export function heldZones(named: readonly number[], copies: number, zones: number): number[] {
  const home = named[0] ?? 0;
  const others = Array.from({ length: zones }, (_, at) => (home + at) % zones);
  return [...new Set([...named, ...others])].slice(0, Math.max(1, copies));
}
