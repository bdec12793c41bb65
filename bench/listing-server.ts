// What nginx cannot answer of S3: `listing-server.ts BUCKET=COUNT:SIZE:ETAG…` lists made-up keys, and says 200 to a PUT
// whose body nginx has read.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { smallKey } from "./transfer/small-keys.ts";

interface Bucket {
  count: number;
  sizeBytes: number;
  etag: string;
}

const buckets = new Map(
  process.argv.slice(2).map((text): [string, Bucket] => {
    const [name = "", rest = ""] = text.split("=");
    const [count, sizeBytes, etag = ""] = rest.split(":");
    return [name, { count: Number(count), sizeBytes: Number(sizeBytes), etag }];
  }),
);

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://listing");
  if (url.pathname.startsWith("/stored")) {
    response.writeHead(request.method === "PUT" ? 200 : 404, { "content-length": 0 }).end();
    return;
  }
  const bucket = buckets.get(url.pathname.replaceAll("/", ""));
  response.setHeader("content-type", "application/xml");
  if (!bucket) response.writeHead(404).end("<Error><Code>NoSuchBucket</Code></Error>");
  else if (url.searchParams.has("location")) response.end("<LocationConstraint/>");
  else response.end(page(bucket, url.searchParams));
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});

/** "ListObjectsV2", Amazon S3 API Reference. */
function page(bucket: Bucket, query: URLSearchParams): string {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const most = Math.min(1000, Number(query.get("max-keys") ?? 1000));
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  let index = Math.max(firstFrom(bucket, prefix), firstFrom(bucket, `${after}\0`));
  const items: string[] = [];
  let last = "";
  for (; index < bucket.count && items.length < most; index += 1) {
    const key = smallKey(index);
    if (!key.startsWith(prefix)) break;
    const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    if (cut < 0) {
      items.push(
        `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;${bucket.etag}&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>${bucket.sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
      );
      last = key;
      continue;
    }
    const common = key.slice(0, cut + 1);
    items.push(`<CommonPrefixes><Prefix>${common}</Prefix></CommonPrefixes>`);
    last = `${common}\uffff`;
    index = firstFrom(bucket, last) - 1;
  }
  const isTruncated = index < bucket.count && smallKey(index).startsWith(prefix);
  const next = isTruncated ? `<NextContinuationToken>${last}</NextContinuationToken>` : "";
  const encoding = query.has("encoding-type") ? "<EncodingType>url</EncodingType>" : "";
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name><Prefix>${prefix}</Prefix><KeyCount>${items.length}</KeyCount><MaxKeys>${most}</MaxKeys>${encoding}<IsTruncated>${isTruncated}</IsTruncated>${next}${items.join("")}</ListBucketResult>`;
}

/** Index of the first key that is not before `text`; keys ascend with their index. */
function firstFrom({ count }: Bucket, text: string): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (smallKey(middle) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
