import { compareKeys } from "../key-order.ts";
import type { ListedObject } from "../s3/listing-page.ts";
import type { WalkedFile } from "../walk-files.ts";

/** What stands under one key: here, in S3, or in both. */
export type Pair =
  | { file: WalkedFile; object: ListedObject | undefined }
  | { file: undefined; object: ListedObject };

/**
 * Walks through a directory and a listing side by side. Both are in the order of their keys, so neither has to be in
 * memory as a whole. What is refused has no place in that order: it comes when the walk names it, without its object.
 *
 * @param pages in the order of their keys, each once.
 * @throws when a file comes out of order: from there on files would seem to have no object, and objects no file.
 */
export async function* pairByKey(
  files: Iterable<WalkedFile>,
  pages: AsyncIterable<ListedObject[]>,
  prefix: string,
): AsyncGenerator<Pair> {
  const walk = inOrder(files);
  let next = walk.next();
  for await (const objects of pages) {
    for (const object of objects) {
      const path = object.key.slice(prefix.length);
      while (!next.done && (isRefused(next.value) || compareKeys(next.value.path, path) < 0)) {
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

const isRefused = ({ kind }: WalkedFile) => kind === "refused";

function* inOrder(files: Iterable<WalkedFile>): Generator<WalkedFile, void> {
  let last: string | undefined;
  for (const file of files) {
    if (!isRefused(file)) {
      if (last !== undefined && compareKeys(last, file.path) > 0) {
        throw new Error(`the walk came to ${file.path} behind ${last}`);
      }
      last = file.path;
    }
    yield file;
  }
}
