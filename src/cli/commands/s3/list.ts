import { listObjects } from "../../../transfer/list-objects.ts";
import { defineCommand, positional } from "../../define-command.ts";
import { s3Location } from "../../parsers.ts";

export const list = defineCommand({
  summary: "List objects of a bucket",
  examples: ["s3 list s3://bucket/datasets/", "s3 list s3://bucket --output json"],
  details: "Lists every object whose key begins with the prefix, also below further slashes.",
  flags: {},
  positionals: { source: positional(s3Location, "s3://bucket/prefix") },
  async run({ source }, context) {
    const aws = await context.aws();
    const items = [];
    const place = { bucket: source.bucket, prefix: source.key };
    const options = { signal: context.signal, retryMs: 20_000 };
    for await (const { modifiedMs, ...object } of listObjects(aws, place, options)) {
      items.push({ ...object, lastModified: new Date(modifiedMs).toISOString() });
    }
    return { items };
  },
  render: ({ items }) =>
    items
      .map(
        ({ key, sizeBytes, lastModified }) =>
          `${lastModified}  ${String(sizeBytes).padStart(14)}  ${printable(key)}`,
      )
      .join("\n"),
});

/** A key with control characters is shown quoted, so that it cannot steer the terminal. */
const printable = (key: string) => (/\p{Cc}/u.test(key) ? JSON.stringify(key) : key);
