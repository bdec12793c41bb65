import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateInstanceProfileCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { serveGuest } from "../../test/support/guests.ts";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { send, signRequest } from "../../test/support/raw-request.ts";
import { runWorker, startWithRole } from "../../test/support/role-instance.ts";
import { systemClock } from "../clock.ts";

test("a throttled action fails as often as the fault says, in the service's own words", async (t) => {
  const { admin, sdkOptions } = await startTestCloud(t);
  const ec2 = new EC2Client(sdkOptions);
  await admin.setFault({ kind: "throttled", action: "ec2:DescribeVolumes", count: 2 });
  for (const left of [1, 0]) {
    await assert.rejects(ec2.send(new DescribeVolumesCommand({})), {
      name: "RequestLimitExceeded",
    });
    assert.equal((await admin.faults()).length, left);
  }
  await ec2.send(new DescribeVolumesCommand({}));
});

test("S3 slows down once when throttled", async (t) => {
  const { admin, sdkOptions } = await startTestCloud(t);
  const s3 = new S3Client(sdkOptions);
  await s3.send(new CreateBucketCommand({ Bucket: "data" }));
  await admin.setFault({ kind: "throttled", action: "s3:PutObject", count: 1 });
  const put = new PutObjectCommand({ Bucket: "data", Key: "k", Body: "x" });
  await assert.rejects(s3.send(put), { name: "SlowDown" });
  await s3.send(put);
});

test("an instance has no S3 while the fault says so, and this machine has", async (t) => {
  const statement = { Effect: "Allow", Action: "s3:*", Resource: "*" };
  const started = await startWithRole(t, [statement]);
  const { backend, instanceId, sdkOptions, roleOptions, admin } = started;
  const s3 = new S3Client(sdkOptions);
  await s3.send(new CreateBucketCommand({ Bucket: "data" }));
  await s3.send(new PutObjectCommand({ Bucket: "data", Key: "k", Body: "from the guest" }));

  const guestUrl = await serveGuest(t, backend.services().aws(instanceId));
  const host = "169.254.170.23:4566";
  const headers = { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const get = await signRequest(roleOptions, { method: "GET", path: "/data/k", headers });
  assert.deepEqual(await send(guestUrl, get), { status: 200, body: "from the guest" });

  await admin.setFault({ kind: "no-s3-from-instances" });
  await assert.rejects(send(guestUrl, get), { code: "ECONNRESET" });
  await s3.send(new GetObjectCommand({ Bucket: "data", Key: "k" }));
  await admin.clearFaults();
  assert.equal((await send(guestUrl, get)).status, 200);
});

const profile = { InstanceProfileName: "worker" };

test("a new instance profile is unknown to EC2 for as long as the fault says", async (t) => {
  let offset = 0;
  const clock = { ...systemClock, now: () => Date.now() + offset };
  const { admin, sdkOptions } = await startTestCloud(t, { clock });
  await admin.setFault({ kind: "late-instance-profile", seconds: 10 });
  await new IAMClient(sdkOptions).send(new CreateInstanceProfileCommand(profile));
  const launch = async () => runWorker(sdkOptions);
  await assert.rejects(launch(), {
    name: "InvalidParameterValue",
    message: /Invalid IAM Instance Profile name/,
  });
  offset = 11_000;
  assert.match(await launch(), /^i-/);
});
