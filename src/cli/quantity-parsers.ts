import { RunctlError } from "../errors.ts";
import type { Parser } from "./parser.ts";

const byteUnits: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
};
const known = "GB is 10^9 bytes, GiB is 2^30; there are kB, MB, GB, TB and KiB, MiB, GiB, TiB";

/** `500GB` or `500GiB`, in bytes. A size without a unit, or with one that could mean both, is refused. */
export const byteSize: Parser<number> = (word) => {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(word);
  const [, amount, unit = ""] = match ?? [];
  const factor = Object.hasOwn(byteUnits, unit) ? byteUnits[unit] : undefined;
  if (factor !== undefined) return Math.round(Number(amount) * factor);
  const why = match && unit === "" ? "has no unit" : "is not a size such as 500GB or 466GiB";
  throw new RunctlError("USAGE", `'${word}' ${why}`, { hint: known });
};

/** `4GB/s`, in bytes per second; bits are refused. */
export const byteRate: Parser<number> = (word) => {
  const match = /^([^b]+)\/s$/.exec(word);
  if (match) return byteSize(match[1] ?? "");
  const hint = "bytes per second, such as 300MB/s; 2.5 Gbit/s are 312MB/s";
  throw new RunctlError("USAGE", `'${word}' is not a rate`, { hint });
};

const perMonth: Readonly<Record<string, number>> = { month: 1, week: 30 / 7, day: 30, hour: 720 };

/** `30/month`, `1/day`; per month of 30 days. */
export const monthlyRate: Parser<number> = (word) => {
  const match = /^(\d+(?:\.\d+)?)\/(month|week|day|hour)$/.exec(word);
  if (match) return Number(match[1]) * (perMonth[match[2] ?? ""] ?? Number.NaN);
  throw new RunctlError("USAGE", `'${word}' is not a rate such as 30/month or 1/day`);
};

/** What can be no 0. */
export function positive(parse: Parser<number>): Parser<number> {
  return (word) => {
    const value = parse(word);
    if (value > 0) return value;
    throw new RunctlError("USAGE", `'${word}' has to be more than 0`);
  };
}
