import assert from "node:assert/strict";
import { test } from "node:test";
import { tagValue } from "./tags.ts";

test("a message stays readable in a tag, which takes neither commas nor quotes", () => {
  const message = "s3://b/ has 2 GiB in 9 objects, the volume has room for 1 GiB; 'b' is";

  assert.equal(
    tagValue(message),
    "s3://b/ has 2 GiB in 9 objects - the volume has room for 1 GiB - b is",
  );
});
