import type { Filter } from "@aws-sdk/client-ec2";
import { invalidValue } from "./errors.ts";
import { ApiError } from "../call.ts";

/** What a row answers to each filter name; a list matches when one of its values does. */
export type FilterFields<Row> = Readonly<
  Record<string, (row: Row) => string | undefined | readonly (string | undefined)[]>
>;

/** "Each filter can have up to 200 values" ("List and filter your resources", EC2 user guide). */
const maxValues = 200;

/**
 * The rows that all filters match, with EC2's wildcards: `*` any characters, `?` one, a backslash escapes
 * ("List and filter using the CLI and API", EC2 user guide). Values are case-sensitive.
 *
 * @param tagsOf answers `tag:KEY` and `tag-key`; undefined where the action has no tag filters.
 * @throws ApiError InvalidParameterValue for a filter that EC2 does not know or this row cannot answer.
 */
export function applyFilters<Row>(
  rows: readonly Row[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<Row>,
  tagsOf?: (row: Row) => Readonly<Record<string, string>>,
): readonly Row[] {
  const tests = (filters ?? []).map((filter) => testOf(filter, fields, tagsOf));
  return rows.filter((row) => tests.every((matches) => matches(row)));
}

function testOf<Row>(
  filter: Filter,
  fields: FilterFields<Row>,
  tagsOf: ((row: Row) => Readonly<Record<string, string>>) | undefined,
): (row: Row) => boolean {
  const name = filter.Name ?? "";
  const values = filter.Values ?? [];
  if (values.length === 0) {
    throw new ApiError(
      "InvalidParameterValue",
      `The filter '${name}' must have at least one value`,
    );
  }
  if (values.length > maxValues) {
    throw new ApiError(
      "FilterLimitExceeded",
      `The filter '${name}' has more than ${maxValues} values`,
    );
  }
  const patterns = values.map(wildcard);
  const matches = (value: string | undefined) =>
    value !== undefined && patterns.some((pattern) => pattern.test(value));

  if (tagsOf && name === "tag-key") return (row) => Object.keys(tagsOf(row)).some(matches);
  if (tagsOf && name.startsWith("tag:")) {
    const key = name.slice("tag:".length);
    return (row) => matches(tagsOf(row)[key]);
  }
  const read = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!read) throw new ApiError("InvalidParameterValue", `The filter '${name}' is invalid`);
  return (row) => [read(row)].flat().some(matches);
}

const escapePattern = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function wildcard(text: string): RegExp {
  const pattern = text.replaceAll(/\\(.)|([*?])|([^*?\\]+)|\\/gs, (_, escaped, wild, plain) => {
    if (escaped !== undefined) return escapePattern(escaped as string);
    if (wild !== undefined) return wild === "*" ? "[^]*" : "[^]";
    return escapePattern((plain as string | undefined) ?? "\\");
  });
  return new RegExp(`^${pattern}$`);
}

/** A boolean as filters spell it. */
export const trueOrFalse = (value: boolean): string => (value ? "true" : "false");

/** @throws ApiError when the value of a numeric parameter is not a whole number in range. */
export function requireRange(parameter: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalidValue(parameter, value, `It must be between ${min} and ${max}.`);
  }
}
