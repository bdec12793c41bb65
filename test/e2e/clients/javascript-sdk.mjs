// What a person does with the AWS SDK for JavaScript; no client is given any option.
// Usage: javascript-sdk.mjs DIRECTORY, with `data` in it; what comes back goes to `back`.
import assert from "node:assert/strict";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import * as ec2 from "@aws-sdk/client-ec2";
import * as s3 from "@aws-sdk/client-s3";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";

const directory = process.argv[2] ?? ".";
const partBytes = 32 * 2 ** 20;

async function compute() {
  const client = new ec2.EC2Client();
  const soon = { client, minDelay: 0.2, maxDelay: 0.5, maxWaitTime: 60 };

  const Tags = [{ Key: "Name", Value: "made by the SDK" }];
  const { VolumeId = "" } = await client.send(
    new ec2.CreateVolumeCommand({
      AvailabilityZone: "us-east-1a",
      Size: 1,
      VolumeType: "gp3",
      TagSpecifications: [{ ResourceType: "volume", Tags }],
    }),
  );
  const Name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
  const { Parameter } = await new SSMClient().send(new GetParameterCommand({ Name }));
  const launched = await client.send(
    new ec2.RunInstancesCommand({
      ImageId: Parameter?.Value,
      InstanceType: "c5.2xlarge",
      MinCount: 1,
      MaxCount: 1,
      Placement: { AvailabilityZone: "us-east-1a" },
    }),
  );
  const InstanceId = launched.Instances?.[0]?.InstanceId ?? "";
  const [instance, volume] = [{ InstanceIds: [InstanceId] }, { VolumeIds: [VolumeId] }];
  await ec2.waitUntilInstanceRunning(soon, instance);
  await ec2.waitUntilVolumeAvailable(soon, volume);

  await client.send(new ec2.AttachVolumeCommand({ VolumeId, InstanceId, Device: "/dev/sdf" }));
  await ec2.waitUntilVolumeInUse(soon, volume);
  const purpose = { Key: "purpose", Value: "é & <c>" };
  await client.send(new ec2.CreateTagsCommand({ Resources: [VolumeId], Tags: [purpose] }));
  const Filters = [{ Name: "tag:Name", Values: ["made by the S*"] }];
  const { Volumes } = await client.send(new ec2.DescribeVolumesCommand({ Filters }));
  assert.equal(Volumes?.length, 1);
  assert.equal(Volumes[0]?.Attachments?.[0]?.InstanceId, InstanceId);
  assert.deepEqual(Volumes[0]?.Tags, [...Tags, purpose]);
  await client.send(new ec2.DeleteTagsCommand({ Resources: [VolumeId], Tags: [purpose] }));

  const { SnapshotId = "" } = await client.send(new ec2.CreateSnapshotCommand({ VolumeId }));
  await ec2.waitUntilSnapshotCompleted(soon, { SnapshotIds: [SnapshotId] });
  await client.send(new ec2.DetachVolumeCommand({ VolumeId }));
  await ec2.waitUntilVolumeAvailable(soon, volume);
  await client.send(new ec2.TerminateInstancesCommand(instance));
  await ec2.waitUntilInstanceTerminated(soon, instance);
  await client.send(new ec2.DeleteVolumeCommand({ VolumeId }));
  await client.send(new ec2.DeleteSnapshotCommand({ SnapshotId }));
  await ec2.waitUntilVolumeDeleted(soon, volume);
  await assert.rejects(client.send(new ec2.DescribeVolumesCommand(volume)), {
    name: "InvalidVolume.NotFound",
  });
}

async function copy() {
  const client = new s3.S3Client();
  const Bucket = `javascript-sdk-${process.pid}`;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const data = join(directory, "data");
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const keys = files.map(({ parentPath, name }) => join(parentPath, name).slice(data.length + 1));

  await inParallel(16, keys, (Key) => upload(client, { Bucket, Key }, join(data, Key)));
  const listed = [];
  for await (const page of s3.paginateListObjectsV2({ client }, { Bucket })) {
    listed.push(...(page.Contents ?? []).map(({ Key = "" }) => Key));
  }
  assert.deepEqual(new Set(listed), new Set(keys));
  await inParallel(16, listed, async (Key) => {
    const path = join(directory, "back", Key);
    await mkdir(dirname(path), { recursive: true });
    const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
    await pipeline(Body, createWriteStream(path));
  });

  for (let start = 0; start < listed.length; start += 1000) {
    const Objects = listed.slice(start, start + 1000).map((Key) => ({ Key }));
    await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
  await client.send(new s3.DeleteBucketCommand({ Bucket }));
}

/** As bytes, or as streams in parts when it is large. */
async function upload(client, object, path) {
  const { size } = await stat(path);
  if (size <= partBytes) {
    return client.send(new s3.PutObjectCommand({ ...object, Body: await readFile(path) }));
  }
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(object));
  const numbers = Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => index + 1);
  const Parts = [];
  await inParallel(4, numbers, async (PartNumber) => {
    const start = (PartNumber - 1) * partBytes;
    const end = Math.min(start + partBytes, size);
    const part = await client.send(
      new s3.UploadPartCommand({
        ...object,
        UploadId,
        PartNumber,
        Body: createReadStream(path, { start, end: end - 1 }),
        ContentLength: end - start,
      }),
    );
    Parts[PartNumber - 1] = { PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 };
  });
  const MultipartUpload = { Parts };
  return client.send(
    new s3.CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload }),
  );
}

async function inParallel(count, items, work) {
  const queue = items.values();
  const workers = Array.from({ length: count }, async () => {
    for (const item of queue) await work(item);
  });
  await Promise.all(workers);
}

await compute();
await copy();
