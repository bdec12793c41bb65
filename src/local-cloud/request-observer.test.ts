import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import type { ObservedRequest } from "./request-observer.ts";

test("an observer sees each request before and after, and the access log keeps a line", async (t) => {
  const seen: ObservedRequest[] = [];
  const { sdkOptions, cloud, stateDirectory } = await startTestCloud(t, {
    onRequest: (request) => void seen.push(request),
  });
  await new EC2Client(sdkOptions).send(new DescribeVolumesCommand({}));
  const s3 = new S3Client(sdkOptions);
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket: "none", Key: "k" })));
  assert.deepEqual(
    seen.map(({ service, action, phase, status }) => [service, action, phase, status]),
    [
      ["ec2", "DescribeVolumes", "before", undefined],
      ["ec2", "DescribeVolumes", "after", 200],
      ["s3", "GetObject", "before", undefined],
      ["s3", "GetObject", "after", 404],
    ],
  );
  await cloud.stop();
  const log = await readFile(join(stateDirectory, "access.log"), "utf8");
  assert.match(log, /Z ec2 DescribeVolumes 200 user\/local host \S+\n.*Z s3 GetObject 404 /);
});

test("a request waits for its observer", async (t) => {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const { sdkOptions } = await startTestCloud(t, {
    async onRequest({ phase }) {
      if (phase === "before") return;
      reached.resolve();
      await gate.promise;
    },
  });
  let isAnswered = false;
  const call = new EC2Client(sdkOptions).send(new DescribeVolumesCommand({}));
  const answered = call.then(() => (isAnswered = true));
  await reached.promise;
  assert.equal(isAnswered, false);
  gate.resolve();
  await answered;
});
