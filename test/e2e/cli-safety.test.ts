import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { ensureBucket } from "../../src/aws/buckets.ts";
import type { Aws } from "../../src/aws/connect.ts";
import { describeInstances } from "../../src/aws/instances.ts";
import { putBytes } from "../support/s3-objects.ts";
import { callerIdentity } from "../../src/aws/sts.ts";
import { removeTags } from "../../src/aws/tags.ts";
import { findVolumeById } from "../../src/aws/volumes.ts";
import { tagKeys } from "../../src/tags.ts";
import { stagingBucketName } from "../../src/instances/staging-bucket.ts";
import { runBareInstance } from "../support/bare-instance.ts";
import { commandLine } from "../support/command-line.ts";
import { startTestCloud } from "../support/local-cloud.ts";
import { ownedVolume, readyAccount } from "../support/ready-account.ts";
import { recordingServer } from "../support/recording-server.ts";

/** Actions of the access log that may change something; DryRun of EC2 answers 412. */
async function changes(aws: Aws, stateDirectory: string): Promise<string[]> {
  // Lines come in order but late: once this call's line is there, all before it are.
  const { $metadata } = await (await aws.sts()).send(new GetCallerIdentityCommand({}));
  const read = () => readFile(join(stateDirectory, "access.log"), "utf8");
  let log = await read();
  while (!log.includes(` ${$metadata.requestId}\n`)) log = await read();
  return log
    .trim()
    .split("\n")
    .map((line) => line.split(" ").slice(1, 4).join(" "))
    .filter((call) => !/^\w+ (Describe|Get|List|Head)/.test(call));
}

test("--dry-run shows a plan and changes nothing, whatever the command", async (t) => {
  const { aws, stateDirectory } = await readyAccount(t);
  const { volumeId, zone } = await ownedVolume(aws, { name: "data" });
  const { instanceId } = await runBareInstance(aws, { zone });
  const spot = await runBareInstance(aws, { zone, spot: true });
  const { bucket } = stagingBucketName(await callerIdentity(aws), aws.region);
  await ensureBucket(aws, { bucket: "datasets", accountRegional: false });
  await putBytes(aws, { bucket: "datasets", key: "x/1" }, Buffer.from("1"));
  const cli = await commandLine(t, { RUNCTL_STATE_DIR: stateDirectory });
  await cli.run(["--local", "aws", "setup", "--read", "s3://datasets/"]);
  await writeFile(join(cli.home, "project/file"), "x");
  const before = await changes(aws, stateDirectory);

  const lines = [
    "aws setup",
    "aws setup --read s3://some-bucket/",
    "aws ebs create --size 8 --name new",
    "aws ebs create --size 8 --pre-warm s3://datasets/x/",
    `aws ebs attach data --instance ${instanceId}`,
    "aws ebs detach data",
    `aws ebs delete ${volumeId}`,
    "aws ebs pre-warm data s3://datasets/x/",
    "aws create --spot --ebs-volume data --code . -- true",
    `aws stop ${instanceId}`,
    `aws terminate ${instanceId}`,
    `s3 upload . s3://${bucket}/y/`,
    `s3 download s3://${bucket}/runtime/ ./out/`,
    `local interrupt ${spot.instanceId}`,
    "local down",
    "local up --state-dir ./elsewhere",
  ];
  const ends = await Promise.all(
    lines.map((line) => cli.run(["--dry-run", "--local", ...line.split(" ")])),
  );

  for (const [index, { exitCode, stdout, stderr }] of ends.entries()) {
    assert.equal(exitCode, 0, `${lines[index]}: ${stderr}`);
    assert.match(stdout, /^would, without --dry-run:\n {2}\S/, lines[index]);
  }
  assert.deepEqual(await changes(aws, stateDirectory), before);
});

test("a fill of the user's own volume is asked for, also where instances may attach it already", async (t) => {
  const { aws, stateDirectory } = await readyAccount(t);
  const { volumeId } = await ownedVolume(aws);
  await removeTags(aws, volumeId, [tagKeys.managed]);
  const cli = await commandLine(t, { RUNCTL_STATE_DIR: stateDirectory });
  const { bucket } = stagingBucketName(await callerIdentity(aws), aws.region);
  await cli.run(["--local", "aws", "setup", "--read", `s3://${bucket}/runtime/`]);
  const line = ["--local", "aws", "ebs", "pre-warm", volumeId, `s3://${bucket}/runtime/`];

  const planned = await cli.run(["--dry-run", ...line]);
  const { exitCode, stderr } = await cli.run(line);

  assert.equal(planned.exitCode, 0, planned.stderr);
  assert.equal(exitCode, 2, stderr);
  assert.match(stderr, /there is nobody to ask: fill vol-/);
  assert.deepEqual(await describeInstances(aws, {}), []);
});

test("an instance that runctl did not launch gets a volume only after a yes", async (t) => {
  const { aws, stateDirectory } = await readyAccount(t);
  const { volumeId, zone } = await ownedVolume(aws, { name: "data" });
  const { instanceId } = await runBareInstance(aws, { zone });
  const cli = await commandLine(t, { RUNCTL_STATE_DIR: stateDirectory });
  const line = ["--local", "aws", "ebs", "attach", "data", "--instance", instanceId];

  const { exitCode, stderr } = await cli.run(line);

  assert.equal(exitCode, 2, stderr);
  assert.match(stderr, new RegExp(`nobody to ask: attach data \\(${volumeId}\\) to ${instanceId}`));
  assert.deepEqual((await findVolumeById(aws, volumeId))?.attachments, []);
  const agreed = await cli.run([...line, "--yes"]);
  assert.equal(agreed.exitCode, 0, agreed.stderr);
});

test("Ctrl-C says what goes on and the line that continues, and ends a call that hangs", async (t) => {
  const { aws, stateDirectory } = await readyAccount(t);
  await ownedVolume(aws, { name: "my.data" });
  const cli = await commandLine(t, { RUNCTL_STATE_DIR: stateDirectory });
  const silent = await recordingServer(t, "never");

  const creating = cli.start(
    "--local aws create --spot --ebs-volume my.data -- echo".split(" ").concat("it's"),
  );
  await creating.said("✔ launch");
  creating.interrupt();
  const created = await creating.ended;

  assert.equal(created.exitCode, 130);
  assert.equal(created.stdout, "");
  assert.match(created.stderr, /interrupted, stopping: what was launched goes on\n/);
  assert.match(
    created.stderr,
    /hint: go on with: runctl --local aws create --spot --ebs-volume my\.data -- echo 'it'\\''s'\n$/,
  );
  const [instance] = await describeInstances(aws, {});
  assert.match(instance?.state ?? "gone", /^(pending|running)$/);

  const listing = cli.start(
    ["aws", "list", "--region", "us-east-1", "--endpoint-url", silent.url],
    { env: { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" } },
  );
  await silent.first;
  listing.interrupt();
  assert.equal((await listing.ended).exitCode, 130);
});

test("the configuration gives defaults: environment over project over user, flags over all", async (t) => {
  const cloud = await startTestCloud(t);
  const cli = await commandLine(t, {
    AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
  });
  await mkdir(join(cli.home, ".config/runctl"), { recursive: true });
  await writeFile(
    join(cli.home, ".config/runctl/config.toml"),
    [
      'region = "us-east-1"',
      `endpoint-url = "${cloud.endpoint}"`,
      'staging-bucket = "my-staging"',
      'name = "of-user"',
      'project = "of-user"',
      '[tags]\nteam = "vision"',
    ].join("\n"),
  );
  const project = join(cli.home, "project");
  await writeFile(join(project, ".runctl.toml"), 'name = "of-project"\n[tags]\nrun = "7"');
  const create = ["aws", "ebs", "create", "--size", "8", "--query", "[name, tags]"];
  const made = async (words: string[], env = {}) => {
    const { stdout, stderr } = await cli.run([...create, ...words], { env });
    assert.notEqual(stdout, "", stderr);
    const [name, tags] = JSON.parse(stdout) as [string, Record<string, string>];
    return [name, tags["Project"], tags["team"], tags["run"]];
  };

  const [ofFiles, ofEnvironment, ofFlags, staging, foreign, local] = await Promise.all([
    made([]),
    made([], { RUNCTL_NAME: "of-env", RUNCTL_PROJECT: "of-env" }),
    made(["--name", "of-flag", "--tag", "run=8"], { RUNCTL_NAME: "of-env" }),
    cli.run(["aws", "create", "--dry-run"]),
    cli.run(["aws", "list", "--endpoint-url", "http://127.0.0.1:9"]),
    cli.run(["--local", "--state-dir", cloud.stateDirectory, "aws", "create", "--dry-run"]),
  ]);

  assert.deepEqual(ofFiles, ["of-project", "of-user", "vision", "7"]);
  assert.deepEqual(ofEnvironment, ["of-env", "of-env", "vision", "7"]);
  assert.deepEqual(ofFlags, ["of-flag", "of-user", "vision", "8"]);
  assert.match(staging.stderr, /no staging bucket my-staging/);
  assert.match(foreign.stderr, /127\.0\.0\.1:9/);
  assert.match(local.stderr, /no staging bucket runctl-000000000000-us-east-1-an/);
});

test("a project cannot say where calls and credentials go", async (t) => {
  const elsewhere = await recordingServer(t);
  const cli = await commandLine(t, {
    AWS_ACCESS_KEY_ID: "AKIA",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "us-east-1",
  });
  await writeFile(join(cli.home, "project/.runctl.toml"), `endpoint-url = "${elsewhere.url}"`);

  const { exitCode, stderr } = await cli.run(["aws", "list"]);

  assert.equal(exitCode, 3);
  assert.match(stderr, /only your own config\.toml may set 'endpoint-url'/);
  assert.equal(elsewhere.requests.length, 0);
});
