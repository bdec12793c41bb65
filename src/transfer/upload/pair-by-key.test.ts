import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedObject } from "../s3/listing-page.ts";
import { pairByKey } from "./pair-by-key.ts";
import type { WalkedFile } from "../walk-files.ts";

const file = (path: string): WalkedFile => ({ kind: "file", path, sizeBytes: 1 });

const refused = (path: string): WalkedFile => ({ kind: "refused", path, reason: "" });

async function* pageOf(...keys: string[]): AsyncGenerator<ListedObject[]> {
  yield await Promise.resolve(keys.map((key) => ({ key, sizeBytes: 1, etag: "", modifiedMs: 0 })));
}

/** Such as `a=a` for a file and its object. */
async function pairs(files: WalkedFile[], objects: AsyncGenerator<ListedObject[]>) {
  const found: string[] = [];
  for await (const pair of pairByKey(files, objects, "p/")) {
    found.push(`${pair.file?.path ?? ""}=${pair.object?.key.slice(2) ?? ""}`);
  }
  return found;
}

test("what is refused comes in any order and parts no file from its object", async () => {
  const files = [refused("z"), file("a"), refused("\ufffd"), file("é"), refused("b")];

  assert.deepEqual(await pairs(files, pageOf("p/a", "p/b", "p/é")), [
    "z=",
    "a=a",
    "\ufffd=",
    "=b",
    "é=é",
    "b=",
  ]);
});

test("files out of order are never paired", async () => {
  await assert.rejects(pairs([file("b"), file("a")], pageOf("p/a", "p/b")), /a behind b/);
});
