// What a program on the AWS SDK for JavaScript costs: `sdk-transfer.ts download|download-small|upload ENDPOINT FILE SIZE`.
// Ranges or parts of 8 MiB, sixteen at once, as the SDK's own documents advise; small objects sixty-four at once.
import { mkdirSync, readSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  S3Client,
  UploadPartCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";

const [work, endpoint = "", target = "", sizeText] = process.argv.slice(2);
const size = Number(sizeText);
const partBytes = 8 * 2 ** 20;
const client = new S3Client({ endpoint, forcePathStyle: true, region: "us-east-1" });

async function each<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  atOnce: number,
  transfer: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = (async function* () {
    yield* items;
  })();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        await transfer(next.value);
      }
    }),
  );
}

const offsets = () =>
  Array.from({ length: Math.ceil(size / partBytes) }, (_, at) => at * partBytes);

async function download(): Promise<void> {
  const file = await open(target, "w");
  await each(offsets(), 16, async (start) => {
    const Range = `bytes=${start}-${Math.min(size, start + partBytes) - 1}`;
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket: "bench", Key: "large", Range }),
    );
    let at = start;
    for await (const chunk of Body as AsyncIterable<Uint8Array>) {
      await file.write(chunk, 0, chunk.length, at);
      at += chunk.length;
    }
  });
  await file.sync();
  await file.close();
}

async function downloadSmall(): Promise<void> {
  const keys = (async function* () {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: "small" })) {
      for (const { Key } of page.Contents ?? []) yield Key ?? "";
    }
  })();
  const made = new Set<string>();
  await each(keys, 64, async (key) => {
    const path = join(target, key);
    const directory = dirname(path);
    if (!made.has(directory)) mkdirSync(directory, { recursive: true });
    made.add(directory);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "small", Key: key }));
    writeFileSync(path, (await Body?.transformToByteArray()) ?? "");
  });
}

async function upload(): Promise<void> {
  const file = await open(target);
  const place = { Bucket: "uploads", Key: "large" };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  await each(offsets(), 16, async (start) => {
    const Body = Buffer.allocUnsafe(Math.min(partBytes, size - start));
    readSync(file.fd, Body, 0, Body.length, start);
    const PartNumber = start / partBytes + 1;
    const { ETag } = await client.send(
      new UploadPartCommand({ ...place, UploadId, PartNumber, Body }),
    );
    Parts.push({ PartNumber, ETag });
  });
  const MultipartUpload = { Parts: Parts.toSorted((a, b) => a.PartNumber - b.PartNumber) };
  await client.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload }));
  await file.close();
}

const works: Record<string, () => Promise<void>> = {
  download,
  "download-small": downloadSmall,
  upload,
};
await works[work ?? ""]?.();
client.destroy();
