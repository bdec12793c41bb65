import { RunctlError } from "../../errors.ts";
import { compareKeys } from "../key-order.ts";
import type { ListedObject } from "./listing-page.ts";

/**
 * The same pages, each key held against the one before: with keys in another order objects would be passed over where
 * a listing is divided, and seem to have no file. What repeats itself would have no end.
 *
 * @param prefix that the keys begin with.
 * @throws RunctlError AWS_ERROR
 */
export async function* inKeyOrder(
  pages: AsyncIterable<ListedObject[]>,
  prefix: string,
): AsyncGenerator<ListedObject[], void> {
  let last: string | undefined;
  for await (const page of pages) {
    for (const { key } of page) {
      if (last !== undefined && compareKeys(last, key) >= 0) {
        throw wrong(`is out of order: ${JSON.stringify(key)} behind ${JSON.stringify(last)}`);
      }
      if (!key.startsWith(prefix)) {
        throw wrong(`of ${JSON.stringify(prefix)} has the key ${JSON.stringify(key)}`);
      }
      last = key;
    }
    yield page;
  }
}

const wrong = (what: string) => new RunctlError("AWS_ERROR", `the listing from S3 ${what}`);
