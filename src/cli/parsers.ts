import { RunctlError } from "../errors.ts";
import type { Parser } from "./parser.ts";

export const text: Parser<string> = (word) => word;

export const wholeNumber: Parser<number> = (word) => {
  if (!/^\d{1,15}$/.test(word)) throw new RunctlError("USAGE", `'${word}' is not a whole number`);
  return Number(word);
};

/** `500`: GiB, as AWS counts the sizes of volumes. */
export const gibibytes: Parser<number> = (word) => {
  const [, digits, unit = ""] = /^(\d{1,15})\s*([gt])i?b?$/i.exec(word) ?? [];
  if (digits !== undefined)
    throw new RunctlError("USAGE", `'${word}' has a unit: sizes are whole numbers of GiB`, {
      hint: `give ${unit.toLowerCase() === "t" ? Number(digits) * 1_024 : digits}`,
    });
  return wholeNumber(word);
};

/** `300` or `300MiB/s`: MiB a second. */
export const mebibytesPerSecond: Parser<number> = (word) =>
  wholeNumber(word.replace(/(?<=\d)MiB\/s$/, ""));

/** One of a closed list of words. */
export function oneOf<const Words extends readonly string[]>(words: Words): Parser<Words[number]> {
  return (word) => {
    if (words.includes(word)) return word;
    throw new RunctlError("USAGE", `'${word}' is not one of ${words.join(", ")}`);
  };
}

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `10m`, `1h`, `500ms`; in milliseconds. */
export const duration: Parser<number> = (word) => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(word);
  if (!match) throw new RunctlError("USAGE", `'${word}' is not a duration such as 90s, 10m or 1h`);
  return Number(match[1]) * units[match[2] as keyof typeof units];
};

export interface S3Location {
  bucket: string;
  /** Without a leading slash; empty for the whole bucket. */
  key: string;
}

/** `s3://bucket/some/prefix/` */
export const s3Location: Parser<S3Location> = (word) => {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(word);
  if (!match)
    throw new RunctlError("USAGE", `'${word}' is not an S3 address such as s3://bucket/key`);
  return { bucket: match[1] as string, key: match[2] ?? "" };
};

/** `s3://bucket/prefix/`; the slash at its end may be left out. */
export const s3Prefix: Parser<string> = (word) => {
  const { bucket, key } = s3Location(word);
  return `s3://${bucket}/${key === "" || key.endsWith("/") ? key : `${key}/`}`;
};

/** `KEY=VALUE` */
export const keyValue: Parser<[string, string]> = (word) => {
  const at = word.indexOf("=");
  if (at < 1) throw new RunctlError("USAGE", `'${word}' is not of the form KEY=VALUE`);
  return [word.slice(0, at), word.slice(at + 1)];
};

/** `NAME=VALUE`, of which a shell on the instance makes a variable. */
export const variable: Parser<[string, string]> = (word) => {
  const [name, value] = keyValue(word);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return [name, value];
  throw new RunctlError("USAGE", `'${name}' cannot be the name of a variable`, {
    hint: "it has letters, digits and underscores, and begins with no digit",
  });
};

/** `0`, `1`, `0.25` */
export const decimal: Parser<number> = (word) => {
  if (!/^\d+(\.\d+)?$/.test(word)) throw new RunctlError("USAGE", `'${word}' is not a number`);
  return Number(word);
};
