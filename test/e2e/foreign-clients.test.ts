import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type CloudProcess,
  type DataSize,
  foreignClients,
  hashTree,
  inFreshShell,
  makeData,
  startCloudProcess,
  whyNot,
} from "./support/foreign-clients.ts";

/** Small enough for every run of the tests; bench/foreign-clients.ts has all of them copy 1 GiB and 5,000 files. */
const sizes: Readonly<Record<string, DataSize>> = {
  "the aws CLI": { smallFiles: 100, largeMiB: 24 },
  boto3: { smallFiles: 200, largeMiB: 64 },
  "the AWS SDK for JavaScript": { smallFiles: 300, largeMiB: 64 },
};

let cloud: CloudProcess;
before(async () => {
  cloud = await startCloudProcess();
});
after(() => cloud.down());

test(
  "foreign clients work on volumes and instances, and get back what they copied",
  {
    concurrency: foreignClients.length,
  },
  async (t) => {
    const tests = foreignClients.map(async (client) => {
      const size = sizes[client.name]!;
      const skip = await whyNot(client);
      const title = `${client.name}: ${size.largeMiB} MiB and ${size.smallFiles} small files`;
      return t.test(title, { skip }, async (t1) => {
        const directory = await mkdtemp(join(tmpdir(), "runctl-client-"));
        t1.after(() => rm(directory, { recursive: true }));
        await makeData(directory, size);

        await inFreshShell(await cloud.env(), [...client.command, directory]);

        assert.deepEqual(
          await hashTree(join(directory, "back")),
          await hashTree(join(directory, "data")),
        );
      });
    });
    await Promise.all(tests);
  },
);

test("the local environment wins over whatever a shell has set for AWS", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "runctl-client-"));
  t.after(() => rm(directory, { recursive: true }));
  const config = join(directory, "config");
  await writeFile(config, "[default]\nendpoint_url = http://127.0.0.1:9\nregion = eu-north-1\n");
  const nowhere = "http://127.0.0.1:9";
  const shell = {
    AWS_CONFIG_FILE: config,
    AWS_PROFILE: "work",
    AWS_DEFAULT_PROFILE: "work",
    AWS_SESSION_TOKEN: "other",
    AWS_SECURITY_TOKEN: "other",
    AWS_CREDENTIAL_EXPIRATION: "2020-01-01T00:00:00Z",
    AWS_ENDPOINT_URL_S3: nowhere,
    AWS_ENDPOINT_URL_EC2: nowhere,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
    AWS_USE_FIPS_ENDPOINT: "true",
    AWS_USE_DUALSTACK_ENDPOINT: "true",
    http_proxy: nowhere,
    HTTP_PROXY: nowhere,
  };
  const lines = await cloud.env(shell);

  for (const client of foreignClients) {
    const skip = await whyNot(client);
    await t.test(client.name, { skip }, async () => {
      await inFreshShell(lines, client.greeting, shell);
    });
  }
});

test("each call of the clients was signed and answered here", async () => {
  const calls = await readFile(cloud.accessLog, "utf8");

  for (const action of ["CreateVolume", "AttachVolume", "CreateSnapshot", "TerminateInstances"])
    assert.match(calls, new RegExp(` ec2 ${action} 200 user/local host `));
  assert.match(calls, / s3 CompleteMultipartUpload 200 user\/local host /);
  assert.doesNotMatch(calls, / (40[13]|5\d\d) /);
});
