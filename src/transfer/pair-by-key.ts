import { compareKeys } from "./key-order.ts";
import type { ListedObject } from "./listing-page.ts";
import type { WalkedFile } from "./walk-files.ts";

/** What stands under one key: here, in S3, or in both. */
export type Pair =
  | { file: WalkedFile; object: ListedObject | undefined }
  | { file: undefined; object: ListedObject };

/**
 * Walks through a directory and a listing side by side. Both are in the order of their keys, so neither has to be in
 * memory as a whole.
 */
export async function* pairByKey(
  files: Iterable<WalkedFile>,
  pages: AsyncIterable<ListedObject[]>,
  prefix: string,
): AsyncGenerator<Pair> {
  const walk = files[Symbol.iterator]();
  let next = walk.next();
  for await (const objects of pages) {
    for (const object of objects) {
      const path = object.key.slice(prefix.length);
      while (!next.done && compareKeys(next.value.path, path) < 0) {
        yield { file: next.value, object: undefined };
        next = walk.next();
      }
      if (!next.done && next.value.path === path) {
        yield { file: next.value, object };
        next = walk.next();
      } else yield { file: undefined, object };
    }
  }
  for (; !next.done; next = walk.next()) yield { file: next.value, object: undefined };
}
