/** Numbers as a person reads them. */

/** Money in as many digits as help to compare: 0.0024, 0.053, 0.40, 11.40, 1,234. */
export function usd(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1_000) return grouped(String(Math.round(value)));
  return Math.abs(value) >= 1 ? value.toFixed(2) : significant(value, 2);
}

/** Money in four digits, for what somebody wants to compute again. */
export function usdInDetail(value: number): string {
  return value === 0 ? "0" : significant(value, 4);
}

/** Without an exponent. */
function significant(value: number, count: number): string {
  const whole = Math.floor(Math.log10(Math.abs(value))) + 1;
  return value.toFixed(Math.min(12, Math.max(0, count - whole)));
}

const steps: ReadonlyArray<[factor: number, unit: string]> = [
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];

/** In powers of ten. */
export function bytes(value: number): string {
  const [factor, unit] = steps.find(([least]) => value >= least) ?? [1, "B"];
  return `${digits(value / factor)} ${unit}`;
}

/** Three digits, with commas. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "never";
  if (value === 0) return "0";
  return value >= 100 ? grouped(String(Math.round(value))) : withoutZeros(significant(value, 3));
}

const withoutZeros = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** Not toLocaleString: loading ICU takes longer than the whole answer. */
const grouped = (text: string) => text.replaceAll(/\B(?=(\d{3})+$)/g, ",");

/** `20 s`, `8.1 min`, `2.1 h`. */
export function time(hours: number): string {
  if (hours === 0) return "0";
  if (hours < 1 / 60) return `${digits(Number((hours * 3_600).toPrecision(2)))} s`;
  if (hours < 1) return `${digits(Number((hours * 60).toPrecision(2)))} min`;
  return `${digits(Number(hours.toPrecision(hours < 100 ? 2 : 3)))} h`;
}

/** Both in milliseconds. */
export function tooLate(workMs: number, deadlineMs: number): string {
  const [work, deadline] = [workMs, deadlineMs].map((ms) => time(ms / 3_600_000));
  return `the work of ${work} is longer than the deadline of ${deadline}`;
}
