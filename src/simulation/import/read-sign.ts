import { RunctlError } from "../../errors.ts";
import type { Sign, TraceSource } from "../trace-source.ts";

/** @throws RunctlError USAGE where neither the user nor the format says what a 1 means. */
export function requireSign({ name, sign }: TraceSource): Sign {
  if (sign) return sign;
  throw new RunctlError("USAGE", `${name} does not say whether 1 means available or preempted`, {
    hint: "published copies differ; give --trace-ones available or --trace-ones preempted",
  });
}

/** 1 where there is capacity. */
export function toCapacity(value: number, sign: Sign): 0 | 1 {
  return (value === 0) === (sign === "preempted") ? 1 : 0;
}

/** `us-east-1a` of `us-east-1a_v100_1.json`; the whole name where no zone stands in it. */
export function zoneFromName(name: string): string {
  const base = name.replace(/^.*\//, "").replace(/\.\w+$/, "");
  return /[a-z]{2}(?:-[a-z]+)+-?\d-?[a-z]/.exec(name)?.[0] ?? base;
}
