import { randomBytes } from "node:crypto";
import { base32 } from "../base32.ts";

/** @see IAM user guide, "Understanding unique ID prefixes". */
const prefixes = { role: "AROA", "instance-profile": "AIPA", policy: "ANPA" } as const;

/** Such as `AROA4EXAMPLE…`: a prefix for the kind and 17 random characters. */
export function newEntityId(kind: keyof typeof prefixes): string {
  return prefixes[kind] + base32(randomBytes(11)).slice(0, 17);
}
