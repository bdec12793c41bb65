// The aws CLI, boto3 and the AWS SDK for JavaScript, one after another, as their users start them: volumes, instances,
// and 1 GiB and 5,000 small files to S3 and back, compared byte for byte.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ForeignClient,
  foreignClients,
  hashTree,
  inFreshShell,
  makeData,
  startCloudProcess,
  whyNot,
} from "../test/e2e/support/foreign-clients.ts";
import { round } from "./measure.ts";

const sizes = [
  { smallFiles: 5000, largeMiB: 1 },
  { smallFiles: 1, largeMiB: 1024 },
];

const cloud = await startCloudProcess();
try {
  const environment = await cloud.env();
  const results = [];
  for (const client of foreignClients) {
    const reason = await whyNot(client);
    if (reason) {
      results.push({ name: client.name, skipped: reason });
      continue;
    }
    for (const size of sizes) {
      const seconds = await run(client, size, environment);
      results.push({ name: client.name, ...size, seconds: round(seconds), identical: true });
    }
  }
  const report = { benchmark: "foreign-clients", backend: cloud.backend, results };
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
} finally {
  await cloud.down();
}

/** @returns seconds that the client took for all it does. */
async function run(
  client: ForeignClient,
  size: (typeof sizes)[number],
  environment: string,
): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-client-"));
  try {
    await makeData(directory, size);
    const start = performance.now();
    await inFreshShell(environment, [...client.command, directory]);
    const seconds = (performance.now() - start) / 1000;
    const [back, data] = ["back", "data"].map((name) => hashTree(join(directory, name)));
    assert.deepEqual(await back, await data);
    return seconds;
  } finally {
    await rm(directory, { recursive: true });
  }
}
