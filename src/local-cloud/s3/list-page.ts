import { afterPrefix, justAfter } from "./key-order.ts";

export interface PageRequest {
  prefix: string;
  /** Empty: none. */
  delimiter: string;
  maxKeys: number;
  /** Only keys and common prefixes that sort after it. */
  after: string | undefined;
}

export interface ListPage<Entry> {
  entries: Entry[];
  /** What the keys have in common up to the delimiter; each counts as one key. */
  commonPrefixes: string[];
  isTruncated: boolean;
  /** The last key or common prefix of the page: what the next page comes after. */
  last: string | undefined;
}

/** Entries in key order, from `from` (inclusive) up to `before` (exclusive), read lazily. */
export type KeyWalk<Entry> = (from: string, before: string | undefined) => Iterable<Entry>;

/**
 * One page of a listing. A common prefix is found by its first key and then jumped over, so a page
 * costs its own length, however many keys there are.
 */
export function listPage<Entry extends { key: string }>(
  walk: KeyWalk<Entry>,
  { prefix, delimiter, maxKeys, after }: PageRequest,
): ListPage<Entry> {
  const page: ListPage<Entry> = {
    entries: [],
    commonPrefixes: [],
    isTruncated: false,
    last: undefined,
  };
  if (maxKeys === 0) return page;
  const end = afterPrefix(prefix);
  let from: string | undefined = firstKey(prefix, delimiter, after);
  while (from !== undefined) {
    const start: string = from;
    from = undefined;
    for (const entry of walk(start, end)) {
      if (page.entries.length + page.commonPrefixes.length === maxKeys) {
        page.isTruncated = true;
        break;
      }
      const common = commonPrefix(entry.key, prefix, delimiter);
      page.last = common ?? entry.key;
      if (common === undefined) {
        page.entries.push(entry);
        continue;
      }
      page.commonPrefixes.push(common);
      from = afterPrefix(common);
      break;
    }
  }
  return page;
}

function firstKey(
  prefix: string,
  delimiter: string,
  after: string | undefined,
): string | undefined {
  if (after === undefined || isBefore(after, prefix)) return prefix;
  // A page may end with a common prefix; its keys are done with.
  const isCommonPrefix = commonPrefix(after, prefix, delimiter) === after;
  return isCommonPrefix ? afterPrefix(after) : justAfter(after);
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.slice(0, at + delimiter.length);
}

/** By UTF-8 bytes; JavaScript's `<` compares UTF-16 units, which differ above U+FFFF. */
export function isBefore(left: string, right: string): boolean {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
}
