import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { crc32 } from "node:zlib";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { startTestS3 } from "../../../test/support/s3-server.ts";
import { crc64Nvme } from "../../crc64-nvme.ts";

const Bucket = "runctl-test";
const Key = "large";
const MiB = 2 ** 20;

type Wanted = Partial<CreateMultipartUploadCommandInput>;

async function begin(t: TestContext, wanted: Wanted = {}) {
  const { client, directory } = await startTestS3(t);
  await client.send(new CreateBucketCommand({ Bucket }));
  const create = new CreateMultipartUploadCommand({ Bucket, Key, ...wanted });
  const { UploadId } = await client.send(create);
  const upload = { Bucket, Key, UploadId };
  return {
    client,
    upload,
    files: () => readdir(join(directory, "pieces")),
    put: async (PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
      const part = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      const { $metadata: _metadata, ...described } = part;
      return { PartNumber, ...described };
    },
    complete: (Parts: CompletedPart[], more: object = {}) =>
      client.send(
        new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more }),
      ),
    get: async (more: object = {}): Promise<Buffer> => {
      const got = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
      return Buffer.from(await got.Body!.transformToByteArray());
    },
  };
}

const base64 = (value: bigint | number, bytes: number): string =>
  Buffer.from(value.toString(16).padStart(bytes * 2, "0"), "hex").toString("base64");

test("parts become one object, whose ranges and parts can be read", async (t) => {
  const { client, put, complete, get } = await begin(t, { Metadata: { color: "red" } });
  const bodies = [randomBytes(5 * MiB), randomBytes(6 * MiB), randomBytes(1000)];
  const parts = [];
  for (const [index, body] of bodies.entries()) parts.push(await put(index + 1, body));
  const whole = Buffer.concat(bodies);
  const md5s = bodies.map((body) => createHash("md5").update(body).digest());
  const etag = createHash("md5").update(Buffer.concat(md5s)).digest("hex");

  const done = await complete(parts);
  assert.equal(done.ETag, `"${etag}-3"`);
  assert.equal(done.ChecksumType, "FULL_OBJECT");
  assert.equal(done.ChecksumCRC64NVME, base64(crc64Nvme(whole), 8));
  assert.deepEqual(await get(), whole);
  assert.deepEqual(
    await get({ Range: `bytes=${5 * MiB - 10}-${11 * MiB + 9}` }),
    whole.subarray(5 * MiB - 10, 11 * MiB + 10),
  );
  assert.deepEqual(await get({ Range: "bytes=-5" }), whole.subarray(-5));
  assert.deepEqual(await get({ PartNumber: 2 }), bodies[1]);
  const head = await client.send(new HeadObjectCommand({ Bucket, Key, PartNumber: 3 }));
  assert.equal(head.ContentLength, 1000);
  assert.equal(head.PartsCount, 3);
  assert.deepEqual(head.Metadata, { color: "red" });
});

test("the CRC32s of parts combine to one of the whole object, which is compared", async (t) => {
  const { put, complete } = await begin(t, {
    ChecksumAlgorithm: "CRC32",
    ChecksumType: "FULL_OBJECT",
  });
  const bodies = [randomBytes(5 * MiB), randomBytes(77)];
  const parts = [await put(1, bodies[0]!), await put(2, bodies[1]!)];
  const whole = Buffer.concat(bodies);
  const ChecksumCRC32 = base64(crc32(whole), 4);
  const wrong = { ChecksumCRC32: "AAAAAA==", ChecksumType: "FULL_OBJECT" };
  await assert.rejects(complete(parts, wrong), { name: "BadDigest" });
  const size = { ChecksumType: "FULL_OBJECT", MpuObjectSize: 1 };
  await assert.rejects(complete(parts, size), { name: "InvalidRequest" });

  const right = { ChecksumCRC32, ChecksumType: "FULL_OBJECT", MpuObjectSize: whole.length };
  const done = await complete(parts, right);
  assert.equal(done.ChecksumCRC32, ChecksumCRC32);
});

test("a composite SHA256 needs the checksum of each part, and shows them", async (t) => {
  const { client, put, complete } = await begin(t, { ChecksumAlgorithm: "SHA256" });
  const bodies = [randomBytes(5 * MiB), randomBytes(9)];
  // The client computes the algorithm of the upload only when it is told to.
  await assert.rejects(put(1, bodies[0]!), { name: "InvalidRequest" });
  const sha256 = bodies.map((body) => createHash("sha256").update(body).digest());
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: "SHA256" }),
  );
  const upload = { Bucket, Key, UploadId };
  const parts: CompletedPart[] = [];
  for (const [index, Body] of bodies.entries()) {
    const input = { ...upload, PartNumber: index + 1, Body, ChecksumAlgorithm: "SHA256" } as const;
    const { ETag, ChecksumSHA256 } = await client.send(new UploadPartCommand(input));
    assert.equal(ChecksumSHA256, sha256[index]!.toString("base64"));
    parts.push({ PartNumber: index + 1, ETag, ChecksumSHA256 });
  }
  const bare = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
  await assert.rejects(complete(bare, upload), { name: "InvalidRequest" });
  const composite = createHash("sha256").update(Buffer.concat(sha256)).digest("base64");
  const done = await complete(parts, upload);
  assert.equal(done.ChecksumSHA256, `${composite}-2`);

  const told = await client.send(
    new GetObjectAttributesCommand({
      Bucket,
      Key,
      ObjectAttributes: ["ETag", "Checksum", "ObjectParts", "ObjectSize"],
    }),
  );
  assert.equal(told.Checksum?.ChecksumSHA256, composite);
  assert.equal(told.ObjectSize, 5 * MiB + 9);
  assert.equal(told.ObjectParts?.TotalPartsCount, 2);
  assert.deepEqual(
    told.ObjectParts?.Parts?.map(({ ChecksumSHA256 }) => ChecksumSHA256),
    sha256.map((digest) => digest.toString("base64")),
  );
});

test("a part list that does not fit is refused and the upload stays", async (t) => {
  const { put, complete } = await begin(t);
  const small = await put(1, randomBytes(100));
  const last = await put(2, randomBytes(100));
  await assert.rejects(complete([small, last]), { name: "EntityTooSmall" });
  await assert.rejects(complete([last, small]), { name: "InvalidPartOrder" });
  await assert.rejects(complete([{ ...small, ETag: '"0"' }]), { name: "InvalidPart" });
  await assert.rejects(complete([{ ...small, PartNumber: 7 }]), { name: "InvalidPart" });
  await assert.rejects(complete([]), { name: "MalformedXML" });
  await complete([small]);
  await assert.rejects(complete([small]), { name: "NoSuchUpload" });
});

test("a part sent again replaces the one before, and parts left out are freed", async (t) => {
  const { client, put, complete, get, files } = await begin(t);
  await put(1, randomBytes(100_000));
  const body = randomBytes(100_000);
  const part = await put(1, body);
  await put(2, randomBytes(100_000));
  await complete([part]);
  assert.deepEqual(await get(), body);
  assert.equal((await files()).length, 1);
  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  assert.deepEqual(await files(), []);
});

test("an aborted upload is gone with its parts", async (t) => {
  const { client, upload, put, files } = await begin(t);
  await put(1, randomBytes(100_000));
  const listed = await client.send(new ListPartsCommand(upload));
  assert.deepEqual(
    listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [[1, 100_000]],
  );
  const open = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.deepEqual(
    open.Uploads?.map(({ UploadId }) => UploadId),
    [upload.UploadId],
  );

  await client.send(new AbortMultipartUploadCommand(upload));
  assert.deepEqual(await files(), []);
  await assert.rejects(put(2, randomBytes(10)), { name: "NoSuchUpload" });
  const after = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.equal(after.Uploads, undefined);
});

test("uploads are listed page by page, several of one key too", async (t) => {
  const { client, upload } = await begin(t);
  const ids = [upload.UploadId!];
  for (const other of [Key, Key, "z/1", "z/2"]) {
    const create = new CreateMultipartUploadCommand({ Bucket, Key: other });
    ids.push((await client.send(create)).UploadId!);
  }
  const seen: string[] = [];
  let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  for (let more = true; more;) {
    const page = await client.send(
      new ListMultipartUploadsCommand({ Bucket, MaxUploads: 2, ...markers }),
    );
    seen.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId!));
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    more = page.IsTruncated === true;
  }
  assert.deepEqual(seen.toSorted(), ids.toSorted());
});

test("of two completions that want the key to be new, one wins", async (t) => {
  const { client, put, complete, get } = await begin(t);
  const first = await put(1, Buffer.from("first"));
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const second = await client.send(
    new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "second" }),
  );
  const outcomes = await Promise.allSettled([
    complete([first], { IfNoneMatch: "*" }),
    complete([{ PartNumber: 1, ETag: second.ETag }], { UploadId, IfNoneMatch: "*" }),
  ]);
  const won = outcomes.map(({ status }) => status === "fulfilled");
  assert.equal(won.filter(Boolean).length, 1);
  assert.equal((await get()).toString(), won[0] ? "first" : "second");
});

test("objects and ranges of them are copied", async (t) => {
  const { client, upload, complete, get } = await begin(t);
  const Body = randomBytes(6 * MiB);
  const Source = "source ü";
  const Metadata = { color: "blue" };
  await client.send(new PutObjectCommand({ Bucket, Key: Source, Body, Metadata }));
  const CopySource = `${Bucket}/${encodeURIComponent(Source)}`;
  const parts: CompletedPart[] = [];
  for (const [index, CopySourceRange] of ["bytes=0-5242879", "bytes=100-199"].entries()) {
    const input = { ...upload, PartNumber: index + 1, CopySource, CopySourceRange };
    const { CopyPartResult } = await client.send(new UploadPartCopyCommand(input));
    parts.push({ PartNumber: index + 1, ETag: CopyPartResult?.ETag });
  }
  await complete(parts);
  const joined = Buffer.concat([Body.subarray(0, 5 * MiB), Body.subarray(100, 200)]);
  assert.deepEqual(await get(), joined);

  await client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/${Key}` }));
  const copy = await client.send(new HeadObjectCommand({ Bucket, Key: "copy" }));
  assert.equal(copy.ETag, `"${createHash("md5").update(joined).digest("hex")}"`);
  await client.send(new CopyObjectCommand({ Bucket, Key: "kept", CopySource }));
  const kept = await client.send(new HeadObjectCommand({ Bucket, Key: "kept" }));
  assert.deepEqual(kept.Metadata, Metadata);
  const itself = new CopyObjectCommand({ Bucket, Key: Source, CopySource });
  await assert.rejects(client.send(itself), { name: "InvalidRequest" });
  const replaced = new CopyObjectCommand({
    Bucket,
    Key: Source,
    CopySource,
    MetadataDirective: "REPLACE",
    Metadata: { color: "none" },
  });
  await client.send(replaced);
  const changed = await client.send(new HeadObjectCommand({ Bucket, Key: Source }));
  assert.deepEqual(changed.Metadata, { color: "none" });
});
