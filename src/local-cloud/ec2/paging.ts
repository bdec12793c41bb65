import { ApiError } from "../call.ts";
import { invalidCombination, invalidValue } from "./errors.ts";

interface PageRequest {
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

export interface PageRules {
  /** Smallest and largest MaxResults; "Pagination" of the EC2 API reference gives 5–1000 for most actions. */
  min: number;
  max: number;
  /** Whether the request names ids: then EC2 takes no MaxResults. */
  hasIds: boolean;
}

/**
 * The page that was asked for, and the token of the next one.
 *
 * A token names the last row of its page, so that rows that come and go between two pages neither hide nor repeat others.
 * @throws ApiError InvalidParameterValue, InvalidParameterCombination, InvalidNextToken
 */
export function pageOf<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  request: PageRequest,
  rules: PageRules,
): { rows: readonly Row[]; NextToken?: string } {
  const { MaxResults, NextToken } = request;
  if (MaxResults !== undefined && rules.hasIds) {
    throw invalidCombination(
      "The parameter MaxResults cannot be used with the parameter that lists ids in the same call",
    );
  }
  if (MaxResults !== undefined && (MaxResults < rules.min || MaxResults > rules.max)) {
    throw invalidValue(
      "maxResults",
      MaxResults,
      `Expecting a value between ${rules.min} and ${rules.max}.`,
    );
  }
  const start = NextToken ? startAfter(rows, keyOf, NextToken) : 0;
  const end = start + (MaxResults ?? rules.max);
  const page = rows.slice(start, end);
  const last = page.at(-1);
  if (end >= rows.length || last === undefined) return { rows: page };
  return { rows: page, NextToken: tokenOf(keyOf(last), end - 1) };
}

function tokenOf(key: string, index: number): string {
  return Buffer.from(JSON.stringify([key, index])).toString("base64url");
}

function startAfter<Row>(rows: readonly Row[], keyOf: (row: Row) => string, token: string): number {
  const [key, index] = readToken(token);
  const found = rows.findIndex((row) => keyOf(row) === key);
  // The row is gone: what stood after it has moved up to its place.
  return found === -1 ? index : found + 1;
}

function readToken(token: string): [string, number] {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(read) && typeof read[0] === "string" && Number.isInteger(read[1])) {
      return [read[0], read[1] as number];
    }
  } catch {
    // Falls through: not a token of ours.
  }
  throw new ApiError("InvalidNextToken", "The specified token is not valid");
}
