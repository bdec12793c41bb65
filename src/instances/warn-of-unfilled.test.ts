import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleVolume } from "../../test/support/example-volume.ts";
import { tagKeys } from "../tags.ts";
import { warnOfUnfilled } from "./warn-of-unfilled.ts";

const source = { [tagKeys.source]: "s3://b/digits/" };
const progress = (text: string) => ({ [tagKeys.progress]: text });

for (const [what, tags, warning] of [
  [
    "filled only in part",
    { ...source, ...progress("41% 41/100 objects") },
    /\(41% 41\/100 objects\)/,
  ],
  [
    "whose fill has not begun",
    source,
    /to complete it: runctl aws ebs pre-warm vol-\w+ s3:\/\/b\/digits\/$/,
  ],
  ["read back only in part", { ...source, ...progress("7% 7/100 objects verified") }, /7%/],
  ["that is warm", { ...source, [tagKeys.manifest]: "0123" }, undefined],
  ["written to since", { ...source, ...progress("100% 100/100 objects verified") }, undefined],
  ["without a source", {}, undefined],
] as const) {
  test(`a volume ${what} is ${warning ? "warned of" : "mounted without a word"}`, () => {
    const said = warnOfUnfilled(exampleVolume({ tags }));

    if (warning) assert.match(said ?? "", warning);
    else assert.equal(said, undefined);
  });
}
