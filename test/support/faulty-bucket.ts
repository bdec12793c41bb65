import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { ensureBucket } from "../../src/aws/buckets.ts";
import { type Aws, connect } from "../../src/aws/connect.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { serveS3 } from "./s3-server.ts";

export interface FaultyBucket {
  /** By way of the proxy. */
  aws: Aws;
  /** Around the proxy: what is put and looked at for comparison meets no fault. */
  direct: Aws;
  /** Of the server itself, for another proxy. */
  endpoint: string;
  bucket: string;
  proxy: FaultProxy;
  /** Empty, the test's own, gone afterwards. */
  directory: string;
}

/** An empty bucket in the local cloud's S3, behind a proxy of faults. */
export async function startFaultyBucket(t: TestContext): Promise<FaultyBucket> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-faults-"));
  const { endpoint, close } = await serveS3(join(directory, "s3"), 0);
  t.after(async () => {
    await close();
    await rm(directory, { recursive: true, force: true });
  });
  const proxy = await startFaultProxy(t, endpoint);
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const connection = { region: "us-east-1", credentials };
  const direct = connect({ ...connection, endpointUrl: endpoint });
  const bucket = "faults";
  await ensureBucket(direct, { bucket, accountRegional: false });
  const aws = connect({ ...connection, endpointUrl: proxy.url });
  return { aws, direct, endpoint, bucket, proxy, directory };
}
