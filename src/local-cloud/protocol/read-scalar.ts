import type { NormalizedSchema } from "@smithy/core/schema";
import { ApiError } from "../call.ts";

/**
 * A leaf of a query request by its schema's type.
 *
 * @param path as the client spelled it, such as `Ebs.VolumeSize`.
 * @throws ApiError InvalidParameterValue when the text does not have that type.
 */
export function readScalar(schema: NormalizedSchema, text: string, path: string): unknown {
  const invalid = (expected: string): ApiError =>
    new ApiError(
      "InvalidParameterValue",
      `Invalid value '${text}' for ${path}; ${expected} expected`,
    );

  if (schema.isBooleanSchema()) {
    const word = text.toLowerCase();
    if (word !== "true" && word !== "false") throw invalid("true or false");
    return word === "true";
  }
  if (schema.isNumericSchema()) {
    if (!/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw invalid("a number");
    const value = Number(text);
    if (!Number.isFinite(value)) throw invalid("a number");
    return value;
  }
  if (schema.isTimestampSchema()) {
    const time = new Date(text);
    if (Number.isNaN(time.getTime())) throw invalid("a time such as 2026-01-31T12:00:00Z");
    return time;
  }
  if (schema.isBlobSchema()) {
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) throw invalid("base64");
    return Buffer.from(text, "base64");
  }
  return text;
}
