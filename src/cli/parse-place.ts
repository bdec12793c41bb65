import { RunctlError } from "../errors.ts";

/** A region stands in host names: what is none would only show as a failed connection. */
export function parseRegion(word: string): string {
  if (/^[a-z]{2}(-[a-z]+)+-\d+$/.test(word)) return word;
  throw new RunctlError("USAGE", `'${word}' is not a region such as us-east-1`);
}

/** @throws RunctlError USAGE for what is no http address. */
export function parseEndpointUrl(word: string): string {
  const url = URL.parse(word);
  if (url?.protocol === "http:" || url?.protocol === "https:") return word;
  throw new RunctlError("USAGE", `'${word}' is not an endpoint such as http://127.0.0.1:4566`);
}
