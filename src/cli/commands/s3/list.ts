import { listPages } from "../../../transfer/list-objects.ts";
import { defineCommand, positional } from "../../define-command.ts";
import { quotedIfNeeded } from "../../printable.ts";
import { s3Location } from "../../parsers.ts";

export const list = defineCommand({
  summary: "List objects of a bucket",
  examples: ["s3 list s3://bucket/datasets/", "s3 list s3://bucket --output json"],
  details: "Lists every object whose key begins with the prefix, also below further slashes.",
  flags: {},
  positionals: { source: positional(s3Location, "s3://bucket/prefix") },
  async run({ source }, context) {
    const aws = await context.aws();
    const { output, query } = context.options;
    const isPrinted = output !== "json" && query === undefined;
    const items: Item[] = [];
    let isEmpty = true;
    const place = { bucket: source.bucket, prefix: source.key };
    for await (const page of listPages(aws, place, { signal: context.signal, retryMs: 20_000 })) {
      const found = page.map(({ modifiedMs, ...object }) => ({
        ...object,
        lastModified: new Date(modifiedMs).toISOString(),
      }));
      isEmpty &&= found.length === 0;
      // A bucket may have more objects than there is memory.
      if (isPrinted) context.print(`${found.map(line).join("\n")}\n`);
      else items.push(...found);
    }
    if (isEmpty) context.hint(`there are no objects below s3://${source.bucket}/${source.key}`);
    return { items };
  },
  render: ({ items }) => items.map(line).join("\n"),
});

interface Item {
  key: string;
  sizeBytes: number;
  etag: string;
  /** ISO-8601. */
  lastModified: string;
}

const line = ({ key, sizeBytes, lastModified }: Item) =>
  `${lastModified}  ${String(sizeBytes).padStart(14)}  ${quotedIfNeeded(key)}`;
