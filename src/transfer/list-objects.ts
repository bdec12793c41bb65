import type { Aws } from "../aws/connect.ts";
import { type FlowControl, createFlowControl } from "./flow-control.ts";
import { inKeyOrder } from "./s3/in-key-order.ts";
import { type AskForPage, listSection, usualDivision } from "./s3/list-sections.ts";
import { type ListedObject, readListingPage } from "./s3/listing-page.ts";
import { retryTransfer } from "./s3/retry-transfer.ts";
import { lastingFailure } from "./s3/s3-failure.ts";
import { s3Client } from "./s3/s3-client.ts";

export interface ListedPlace {
  bucket: string;
  /** Keys begin with it; empty: all. */
  prefix: string;
}

export interface ListOptions {
  signal?: AbortSignal | undefined;
  /** Default: one of the listing's own. */
  flow?: FlowControl;
  /** How long one request is tried again without progress, in milliseconds; default 120,000. */
  retryMs?: number | undefined;
}

/**
 * All objects of a place, page by page, in S3's order: by the bytes of their keys. A few pages are in memory, however
 * many keys there are. Where keys lie in large "directories", several of them are listed at once.
 *
 * @throws RunctlError PERMISSION_DENIED, NOT_FOUND; OPERATION_FAILED when S3 stayed out of reach; AWS_ERROR for a
 * listing that cannot be read or is out of order.
 */
export function listPages(
  aws: Aws,
  place: ListedPlace,
  options: ListOptions = {},
): AsyncGenerator<ListedObject[], void> {
  const {
    signal,
    flow = createFlowControl({ parallel: usualDivision.sectionsAtOnce }),
    retryMs,
  } = options;
  const client = s3Client(aws);
  const name = `s3://${place.bucket}/${place.prefix}`;
  const ask: AskForPage = async (query) => {
    const request = {
      method: "GET",
      bucket: place.bucket,
      query: { "list-type": "2", "encoding-type": "url", ...query },
    } as const;
    const attempt = async () => readListingPage((await client.send(request, signal)).text);
    try {
      return await retryTransfer(attempt, { flow, retryMs, signal });
    } catch (error) {
      throw lastingFailure(error, `listing ${name}`);
    }
  };
  const pages = listSection({ ask, ...usualDivision }, { prefix: place.prefix });
  return inKeyOrder(pages, place.prefix);
}

/** The same one by one. */
export async function* listObjects(
  aws: Aws,
  place: ListedPlace,
  options: ListOptions = {},
): AsyncGenerator<ListedObject, void> {
  for await (const page of listPages(aws, place, options)) yield* page;
}
