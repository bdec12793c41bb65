import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ConnectOptions, StaticCredentials } from "../../src/aws/connect.ts";
import { adminClient, type AdminClient } from "../../src/local-cloud/admin-client.ts";
import {
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from "../../src/local-cloud/start-local-cloud.ts";

export interface TestCloud {
  cloud: LocalCloud;
  endpoint: string;
  region: string;
  credentials: StaticCredentials;
  /** For `connect()` of `aws/`. */
  connectOptions: ConnectOptions & { endpointUrl: string; credentials: StaticCredentials };
  /** For the constructor of any SDK client; S3 in path style. */
  sdkOptions: {
    endpoint: string;
    region: string;
    credentials: StaticCredentials;
    forcePathStyle: true;
    maxAttempts: 1;
  };
  admin: AdminClient;
  stateDirectory: string;
  /** Resolves when nothing is under way in EC2: what was asked for has happened. */
  settled(): Promise<void>;
}

/**
 * A local cloud of the test's own, on any free port; gone, with all that it made, after the test.
 *
 * The test fails if the cloud met an unexpected error. Default backend: `null`.
 */
export async function startTestCloud(
  t: TestContext,
  options: Partial<LocalCloudOptions> = {},
): Promise<TestCloud> {
  const stateDirectory =
    options.stateDirectory ?? (await mkdtemp(join(tmpdir(), "runctl-test-cloud-")));
  const errors: unknown[] = [];
  const cloud = await startLocalCloud({
    backend: "null",
    onError: (error) => void errors.push(error),
    ...options,
    stateDirectory,
  });
  t.after(async () => {
    await cloud.down();
    if (options.stateDirectory === undefined) {
      await rm(stateDirectory, { recursive: true, force: true });
    }
    assert.deepEqual(errors, [], "the local cloud met unexpected errors");
  });
  const { endpoint, region, accessKeyId, secretAccessKey } = cloud.connection;
  const credentials = { accessKeyId, secretAccessKey };
  return {
    cloud,
    endpoint,
    region,
    credentials,
    connectOptions: { endpointUrl: endpoint, region, credentials },
    sdkOptions: { endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 },
    admin: adminClient(cloud.connection),
    stateDirectory,
    settled: () => cloud.idle(),
  };
}
