import type { BreakEvenCurves } from "../../../simulation/break-even-curve.ts";
import type { Crossing } from "../../../simulation/crossings.ts";
import { percent } from "../../../report/figures.ts";
import { digits } from "./quantities.ts";

/** Each pair of ways to bring the data: where they cost the same, and how sure that is. */
export function breakEvenLines({ interruptions, range, pairs }: BreakEvenCurves): string {
  const [least, most] = range;
  const head = `Break-even, in interruptions a month of running; this market has ${digits(interruptions)}, simulated were ${digits(least)} to ${digits(most)}:`;
  return [head, ...pairs.map((pair) => `  ${pairLine(pair)}`)].join("\n");
}

function pairLine(pair: Crossing): string {
  const { one, other, cheaperBelow, interruptions } = pair;
  const names = `${one} and ${other}`;
  if (cheaperBelow === undefined) return `${names}: ${equal(pair)}`;
  const sureness = crossingShare(pair);
  if (interruptions === undefined)
    return `${names}: do not cross in this range, ${cheaperBelow} is cheaper${sureness}`;
  const cheaperAbove = cheaperBelow === one ? other : one;
  return `${names}: cross at ${digits(interruptions)}${interval(pair)}, from there on ${cheaperAbove} is cheaper${sureness}`;
}

const equal = ({ crossingShare: share = 0 }: Crossing) =>
  share > 0
    ? `cannot be told apart: they cross in ${percent(share)} of the resamples, anywhere`
    : "cost the same";

/** An end that lies beyond what was simulated is open. */
function interval({ low, high, crossingShare: share }: Crossing): string {
  if (share === undefined) return "";
  return ` [${low === undefined ? "below" : digits(low)}, ${high === undefined ? "beyond" : digits(high)}]`;
}

function crossingShare({ crossingShare: share, interruptions }: Crossing): string {
  if (share === undefined) return "; one piece of the market: no interval";
  if (interruptions === undefined)
    return share > 0 ? `; but they do in ${percent(share)} of the resamples` : "";
  return share < 1 ? `; they cross in ${percent(share)} of the resamples` : "";
}
