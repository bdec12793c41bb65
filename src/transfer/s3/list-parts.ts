import { compareKeys } from "../key-order.ts";
import type { ListedObject, ListingPage } from "./listing-page.ts";
import { readAhead } from "../read-ahead.ts";

/** One request of ListObjectsV2; the query says prefix, delimiter and where to go on. */
export type AskForPage = (query: Record<string, string>) => Promise<ListingPage>;

export interface Division {
  /** S3 answers a page of 1,000 keys in about 100 ms: so many parts of a bucket are listed at once. */
  partsAtOnce: number;
  /** As many pages of each part wait for their turn; a part is divided again only after them. */
  pagesAhead: number;
  /** A directory with fewer keys costs a request of its own that one page of a plain listing would have spared. */
  worthwhileKeys: number;
}

export const usualDivision: Division = { partsAtOnce: 6, pagesAhead: 4, worthwhileKeys: 300 };

interface Lister extends Division {
  ask: AskForPage;
}

interface Part {
  prefix: string;
  /** Only keys behind it. */
  after: string | undefined;
}

/** The keys of a part in S3's order, page by page; no page is empty. */
export async function* listPart(lister: Lister, part: Part): AsyncGenerator<ListedObject[], void> {
  const { pagesAhead, worthwhileKeys } = lister;
  let pages = 0;
  let divideAfter: string | undefined;
  for await (const { objects, nextToken } of plainPages(lister.ask, part)) {
    const last = objects.at(-1);
    if (!last) continue;
    yield objects;
    pages += 1;
    if (pages < pagesAhead || nextToken === undefined) continue;
    if (directoriesOf(objects, part) * worthwhileKeys > objects.length) continue;
    divideAfter = last.key;
    break;
  }
  if (divideAfter !== undefined) {
    yield* listDivided(lister, { prefix: part.prefix, after: divideAfter });
  }
}

async function* plainPages(ask: AskForPage, part: Part): AsyncGenerator<ListingPage, void> {
  const { prefix, after } = part;
  for (let token: string | undefined, isFirst = true; isFirst || token; isFirst = false) {
    const where: Record<string, string> = token
      ? { "continuation-token": token }
      : after === undefined
        ? {}
        : { "start-after": after };
    const page = await ask({ prefix, ...where });
    token = page.nextToken;
    yield page;
  }
}

/** In how many directories directly below the part the keys of a page are; one that is in none counts as many. */
function directoriesOf(objects: readonly ListedObject[], { prefix }: Part): number {
  const directories = new Set(objects.map(({ key }) => directoryOf(key, prefix)));
  return directories.has(undefined) ? Infinity : directories.size;
}

function directoryOf(key: string, prefix: string): string | undefined {
  const slash = key.indexOf("/", prefix.length);
  return slash < 0 ? undefined : key.slice(0, slash + 1);
}

/** Lists the directories of a part side by side, and goes back to the plain way where they turn out to be small. */
async function* listDivided(lister: Lister, part: Part): AsyncGenerator<ListedObject[], void> {
  const { partsAtOnce, pagesAhead, worthwhileKeys } = lister;
  const pieces = piecesOf(lister, part);
  const started: AsyncGenerator<ListedObject[], void>[] = [];
  const letGo = () =>
    Promise.all(started.splice(0).map((one) => one.return().catch(() => undefined)));
  let last = part.after;
  let isOver = false;
  try {
    for (
      let count = 1, keys = 0;
      count < partsAtOnce || keys >= count * worthwhileKeys;
      count += 1
    ) {
      while (!isOver && started.length < partsAtOnce) {
        const next = await pieces.next();
        if (next.done) isOver = true;
        else started.push(readAhead(next.value, pagesAhead));
      }
      const first = started.shift();
      if (!first) return;
      for await (const objects of first) {
        keys += objects.length;
        last = objects.at(-1)?.key ?? last;
        yield objects;
      }
    }
    await letGo();
    yield* listPart(lister, { prefix: part.prefix, after: last });
  } finally {
    await letGo();
  }
}

/** The directories directly below a part, and the objects between them, in S3's order; each with its own listing. */
async function* piecesOf(
  lister: Lister,
  { prefix, after }: Part,
): AsyncGenerator<AsyncGenerator<ListedObject[], void>, void> {
  const isDone = (name: string) => after !== undefined && compareKeys(name, after) <= 0;
  for await (const { objects, prefixes } of delimitedPages(lister.ask, prefix)) {
    const direct = objects.filter(({ key }) => !isDone(key));
    for (const directory of prefixes) {
      const before = direct.findIndex(({ key }) => compareKeys(key, directory) > 0);
      const between = direct.splice(0, before < 0 ? direct.length : before);
      if (between.length > 0) yield inMemory(between);
      if (after?.startsWith(directory)) yield listPart(lister, { prefix: directory, after });
      else if (!isDone(directory)) yield listPart(lister, { prefix: directory, after: undefined });
    }
    if (direct.length > 0) yield inMemory(direct);
  }
}

async function* delimitedPages(ask: AskForPage, prefix: string): AsyncGenerator<ListingPage, void> {
  let token: string | undefined;
  do {
    const where: Record<string, string> = token ? { "continuation-token": token } : {};
    const page = await ask({ prefix, delimiter: "/", ...where });
    token = page.nextToken;
    yield page;
  } while (token);
}

async function* inMemory(objects: ListedObject[]): AsyncGenerator<ListedObject[], void> {
  yield await Promise.resolve(objects);
}
