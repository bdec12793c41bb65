import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Aws, connect } from "../../src/aws/connect.ts";
import { ensureBucket } from "../../src/aws/buckets.ts";
import { putBytes } from "./s3-objects.ts";
import { type BadNetwork, startBadNetwork } from "./bad-network.ts";
import { type TestCloud, startTestCloud } from "./local-cloud.ts";
import { serveS3 } from "./s3-server.ts";

export interface TestBucket {
  aws: Aws;
  bucket: string;
  /** Empty, the test's own, gone afterwards. */
  directory: string;
  put(key: string, bytes: Uint8Array | string): Promise<void>;
}

/** A local cloud with an empty bucket, and a directory. */
export async function startTestBucket(
  t: TestContext,
  options: Parameters<typeof startTestCloud>[1] = {},
): Promise<TestBucket & { cloud: TestCloud }> {
  const cloud = await startTestCloud(t, options);
  return { cloud, ...(await emptyBucket(t, connect(cloud.connectOptions))) };
}

/** A bucket behind a network that can spoil answers: S3 alone, because the whole cloud checks who it is called as. */
export async function startSpoiledBucket(
  t: TestContext,
): Promise<TestBucket & { network: BadNetwork }> {
  const state = await mkdtemp(join(tmpdir(), "runctl-s3-"));
  const { endpoint, close } = await serveS3(state, 0);
  t.after(async () => {
    await close();
    await rm(state, { recursive: true, force: true });
  });
  const network = await startBadNetwork(t, endpoint);
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const aws = connect({ region: "us-east-1", endpointUrl: network.url, credentials });
  return { network, ...(await emptyBucket(t, aws)) };
}

async function emptyBucket(t: TestContext, aws: Aws): Promise<TestBucket> {
  const bucket = "transfer-test";
  await ensureBucket(aws, { bucket, accountRegional: false });
  const directory = await mkdtemp(join(tmpdir(), "runctl-transfer-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return {
    aws,
    bucket,
    directory,
    async put(key, bytes) {
      await putBytes(aws, { bucket, key }, bytes);
    },
  };
}
