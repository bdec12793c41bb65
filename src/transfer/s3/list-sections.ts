import { RunctlError } from "../../errors.ts";
import { compareKeys } from "../key-order.ts";
import type { ListedObject, ListingPage } from "./listing-page.ts";
import { readAhead } from "../read-ahead.ts";

/** One request of ListObjectsV2; the query says prefix, delimiter and where to go on. */
export type AskForPage = (query: Record<string, string>) => Promise<ListingPage>;

export interface Division {
  /** S3 answers a page of 1,000 keys in about 100 ms: so many sections of a bucket are listed at once. */
  sectionsAtOnce: number;
  /** As many pages of each section wait for their turn; it is divided again only after them. */
  pagesAhead: number;
  /** A directory with fewer keys costs a request of its own that one page of a plain listing would have spared. */
  worthwhileKeys: number;
}

export const usualDivision: Division = { sectionsAtOnce: 6, pagesAhead: 4, worthwhileKeys: 300 };

interface Lister extends Division {
  ask: AskForPage;
}

interface Section {
  prefix: string;
  /** Only keys behind it; default: all. */
  after?: string | undefined;
}

/** The keys of a section in S3's order, page by page; no page is empty. */
export async function* listSection(
  lister: Lister,
  section: Section,
): AsyncGenerator<ListedObject[], void> {
  const { prefix, after } = section;
  const { pagesAhead, worthwhileKeys } = lister;
  let pages = 0;
  let divideAfter: string | undefined;
  for await (const { objects, nextToken } of pagesOf(lister.ask, { prefix }, after)) {
    const last = objects.at(-1);
    if (!last) continue;
    yield objects;
    pages += 1;
    if (pages < pagesAhead || nextToken === undefined) continue;
    if (directoriesOf(objects, section) * worthwhileKeys > objects.length) continue;
    divideAfter = last.key;
    break;
  }
  if (divideAfter !== undefined) {
    yield* listDivided(lister, { prefix, after: divideAfter });
  }
}

async function* pagesOf(
  ask: AskForPage,
  query: Record<string, string>,
  after?: string,
): AsyncGenerator<ListingPage, void> {
  let where: Record<string, string> = after === undefined ? {} : { "start-after": after };
  for (;;) {
    const page = await ask({ ...query, ...where });
    yield page;
    const token = page.nextToken;
    if (token === undefined) return;
    if (token === where["continuation-token"]) {
      throw new RunctlError("AWS_ERROR", "the listing from S3 comes to the same page again");
    }
    where = { "continuation-token": token };
  }
}

/** In how many directories directly below the section the keys of a page are; one that is in none counts as many. */
function directoriesOf(objects: readonly ListedObject[], { prefix }: Section): number {
  const directories = new Set(objects.map(({ key }) => directoryOf(key, prefix)));
  return directories.has(undefined) ? Infinity : directories.size;
}

function directoryOf(key: string, prefix: string): string | undefined {
  const slash = key.indexOf("/", prefix.length);
  return slash < 0 ? undefined : key.slice(0, slash + 1);
}

/** Lists the directories of a section side by side, and goes back to the plain way where they turn out to be small. */
async function* listDivided(
  lister: Lister,
  section: Section,
): AsyncGenerator<ListedObject[], void> {
  const { sectionsAtOnce, pagesAhead, worthwhileKeys } = lister;
  const pieces = piecesOf(lister, section);
  const started: AsyncGenerator<ListedObject[], void>[] = [];
  const letGo = () =>
    Promise.all(started.splice(0).map((one) => one.return().catch(() => undefined)));
  let last = section.after;
  let isOver = false;
  try {
    for (
      let count = 1, keys = 0;
      count < sectionsAtOnce || keys >= count * worthwhileKeys;
      count += 1
    ) {
      while (!isOver && started.length < sectionsAtOnce) {
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
    yield* listSection(lister, { prefix: section.prefix, after: last });
  } finally {
    await letGo();
  }
}

/** The directories directly below a section, and the objects between them, in S3's order; each with its own listing. */
async function* piecesOf(
  lister: Lister,
  { prefix, after }: Section,
): AsyncGenerator<AsyncGenerator<ListedObject[], void>, void> {
  const isDone = (name: string) => after !== undefined && compareKeys(name, after) <= 0;
  for await (const { objects, prefixes } of pagesOf(lister.ask, { prefix, delimiter: "/" })) {
    const direct = objects.filter(({ key }) => !isDone(key));
    for (const directory of prefixes) {
      const before = direct.findIndex(({ key }) => compareKeys(key, directory) > 0);
      const between = direct.splice(0, before < 0 ? direct.length : before);
      if (between.length > 0) yield inMemory(between);
      if (after?.startsWith(directory)) yield listSection(lister, { prefix: directory, after });
      else if (!isDone(directory)) yield listSection(lister, { prefix: directory });
    }
    if (direct.length > 0) yield inMemory(direct);
  }
}

async function* inMemory(objects: ListedObject[]): AsyncGenerator<ListedObject[], void> {
  yield await Promise.resolve(objects);
}
