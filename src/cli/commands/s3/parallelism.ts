import { RunctlError } from "../../../errors.ts";
import type { Parser } from "../../parser.ts";
import { wholeNumber } from "../../parsers.ts";

/** Requests at once: more than 256 connections gain nothing and trip S3's throttling. */
export const parallelism: Parser<number> = (word) => {
  const count = wholeNumber(word);
  if (count >= 1 && count <= 256) return count;
  throw new RunctlError("USAGE", `'${word}' is not a number of requests from 1 to 256`);
};
