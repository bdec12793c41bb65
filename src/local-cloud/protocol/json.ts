import type { NormalizedSchema } from "@smithy/core/schema";
import { ApiError } from "../call.ts";
import type { Protocol } from "./protocol.ts";
import { requireMembers } from "./required-members.ts";

/** AWS JSON 1.1: the action stands in `X-Amz-Target`. @see Smithy, "AWS JSON 1.1 protocol". */
export const json: Protocol = {
  action(request) {
    const action = /\.(\w+)$/.exec(String(request.headers["x-amz-target"] ?? ""))?.[1];
    if (action) return action;
    throw new ApiError("MissingAction", "The request must name an operation in X-Amz-Target");
  },
  input: (request, schema) => readJson(schema, parse(request.body), ""),
  answer: (_action, schema, output) => ({
    status: 200,
    contentType: "application/x-amz-json-1.1",
    body: JSON.stringify(schema.isStructSchema() ? writeJson(schema, output ?? {}) : {}),
  }),
  error: ({ code, message, status }) => ({
    status,
    contentType: "application/x-amz-json-1.1",
    body: JSON.stringify({ __type: code, message }),
  }),
};

function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new ApiError("SerializationException", "The request body is not JSON");
  }
}

function readJson(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (schema.isStructSchema()) {
    if (!isObject(value)) throw wrongType(path, "an object");
    const result: Record<string, unknown> = {};
    const members = new Map(schema.structIterator());
    for (const [name, content] of Object.entries(value)) {
      const member = members.get(name);
      const place = path === "" ? name : `${path}.${name}`;
      if (!member) {
        throw new ApiError("UnknownParameter", `The parameter ${place} is not recognized`);
      }
      if (content !== null) result[name] = readJson(member, content, place);
    }
    requireMembers(schema, result, (name) => (path === "" ? name : `${path}.${name}`));
    return result;
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrongType(path, "a list");
    const entry = schema.getValueSchema();
    return value.map((item, index) => readJson(entry, item, `${path}.${index + 1}`));
  }
  if (schema.isBooleanSchema() && typeof value !== "boolean") throw wrongType(path, "a boolean");
  if (schema.isNumericSchema() && typeof value !== "number") throw wrongType(path, "a number");
  if (schema.isStringSchema() && typeof value !== "string") throw wrongType(path, "a string");
  if (schema.isTimestampSchema()) {
    if (typeof value !== "number") throw wrongType(path, "seconds since 1970");
    return new Date(value * 1000);
  }
  return value;
}

function writeJson(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isStructSchema()) {
    const members = value as Readonly<Record<string, unknown>>;
    const result: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      if (members[name] !== undefined) result[name] = writeJson(member, members[name]);
    }
    return result;
  }
  if (schema.isListSchema()) {
    const entry = schema.getValueSchema();
    return (value as readonly unknown[]).map((item) => writeJson(entry, item));
  }
  // JSON 1.1 writes a time as seconds.
  if (schema.isTimestampSchema()) return new Date(value as Date | string).getTime() / 1000;
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongType(path: string, expected: string): ApiError {
  return new ApiError("InvalidParameterValue", `Invalid value for ${path}; ${expected} expected`);
}
