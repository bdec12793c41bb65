import assert from "node:assert/strict";
import { test } from "node:test";
import { AttachVolumeCommand, CreateVolumeCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { startWithRole } from "../../test/support/role-instance.ts";

const key = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555";
const allowAllBut = (...NotAction: string[]) => [{ Effect: "Allow", NotAction, Resource: "*" }];

test("a volume of a key that the caller may not use is not attached, and EC2 does not say why", async (t) => {
  const cloud = await startWithRole(t, allowAllBut("kms:CreateGrant"));
  const { ec2, instanceId, roleOptions } = cloud;
  const wanted = { AvailabilityZone: "us-east-1a", Size: 8, Encrypted: true, KmsKeyId: key };
  const { VolumeId } = await ec2.send(new CreateVolumeCommand(wanted));
  await cloud.settled();

  const attach = new AttachVolumeCommand({
    VolumeId,
    InstanceId: instanceId,
    Device: "/dev/sdf",
  });
  await assert.rejects(new EC2Client(roleOptions).send(attach), {
    name: "CustomerKeyHasBeenRevoked",
  });
});

test("an object of a key that the caller may not use is neither read nor written", async (t) => {
  const { sdkOptions, roleOptions } = await startWithRole(t, allowAllBut("kms:*"));
  const object = { Bucket: "digits", Key: "3" };
  const encrypted = { ...object, ServerSideEncryption: "aws:kms", SSEKMSKeyId: key } as const;
  const owner = new S3Client(sdkOptions);
  await owner.send(new CreateBucketCommand({ Bucket: "digits" }));
  await owner.send(new PutObjectCommand({ ...encrypted, Body: "three" }));

  const role = new S3Client(roleOptions);
  await assert.rejects(role.send(new GetObjectCommand(object)), /perform: kms:Decrypt/);
  await assert.rejects(
    role.send(new PutObjectCommand({ ...encrypted, Body: "3" })),
    /perform: kms:GenerateDataKey/,
  );
});
