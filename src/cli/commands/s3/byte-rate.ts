import { RunctlError } from "../../../errors.ts";
import type { Parser } from "../../parser.ts";

const units: Readonly<Record<string, number>> = {
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** `100MiB/s`, `1.5GB/s`; in bytes per second. */
export const byteRate: Parser<number> = (word) => {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([KMG]i?B)\/s$/.exec(word) ?? [];
  const rate = Math.floor(Number(amount) * (units[unit] ?? Number.NaN));
  if (rate >= 1024) return rate;
  throw new RunctlError("USAGE", `'${word}' is not a rate such as 100MiB/s, of at least 1KiB/s`);
};
