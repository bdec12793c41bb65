import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { describeInstances } from "../../src/aws/instances.ts";
import { putTags } from "../../src/aws/tags.ts";
import { tagKeys } from "../../src/tags.ts";
import { commandLine, type Ended, program } from "../support/command-line.ts";
import { startTestCloud } from "../support/local-cloud.ts";
import { ownedVolume, readyAccount } from "../support/ready-account.ts";
import { recordingServer } from "../support/recording-server.ts";

const missing = "vol-0123456789abcdef0";

function errorOf({ stderr }: Ended): { code: string; message: string; hint?: string } {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  return (JSON.parse(last) as { error: { code: string; message: string; hint?: string } }).error;
}

const json = ({ stdout }: Ended) => JSON.parse(stdout) as Record<string, unknown>;

test(
  "a Node that is too old hands on to the one that came with the packages",
  { skip: process.platform !== "linux" },
  async () => {
    const old =
      "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})";
    const words = ["--import", `data:text/javascript,${old}`, program];

    const right = await promisify(execFile)(process.execPath, [...words, "--version"]);
    const wrong = promisify(execFile)(process.execPath, [...words, "s3", "lst"]);

    assert.match(right.stdout, /^\d+\.\d+\.\d+\n$/);
    await assert.rejects(wrong, { code: 2, stderr: /did you mean 'runctl s3 list'/ });
  },
);

test("version and help need nothing and go to stdout", async (t) => {
  const cli = await commandLine(t);
  const manifest = await readFile(join(import.meta.dirname, "../../package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };

  const [bare, asked, ...helps] = await Promise.all([
    cli.run([]),
    cli.run(["--version"]),
    cli.run(["aws", "create", "--help"]),
    cli.run(["-h", "aws", "create", "--spot"]),
    cli.run(["help", "aws", "create"]),
  ]);

  assert.match(bare.stdout, /Commands:\n {2}aws /);
  assert.deepEqual(asked, { exitCode: 0, stdout: `${version}\n`, stderr: "" });
  for (const help of helps) assert.deepEqual(help, helps[0]);
  assert.match(helps[0]?.stdout ?? "", /^Examples:\n/);
});

test("compiled code is kept in the user's cache, and a home that cannot have one is no failure", async (t) => {
  const cli = await commandLine(t);
  const own = { NODE_COMPILE_CACHE: "" };
  const [kept, ...others] = await Promise.all([
    cli.run(["--version"], { env: own }),
    cli.run(["--version"], { env: { ...own, HOME: "/proc" } }),
    cli.run(["--version"], { env: { ...own, HOME: join(cli.home, "nowhere") } }),
  ]);

  assert.deepEqual(others, [kept, kept]);
  assert.notDeepEqual(await readdir(join(cli.home, ".cache/runctl")), []);
  assert.equal(existsSync(join(cli.home, "nowhere")), false);
});

test("a reader that has had enough is no failure", async () => {
  const line = `sleep 0.1; { "${process.execPath}" "${program}" --help; echo "exit $?" >&2; } | true`;

  const { stderr } = await promisify(execFile)("bash", ["-c", line]);

  assert.equal(stderr, "exit 0\n");
});

test("without region, profile or credentials it says so at once", async (t) => {
  const cli = await commandLine(t, { AWS_EC2_METADATA_DISABLED: "true" });

  const [region, profile, credentials] = await Promise.all([
    cli.run(["aws", "list", "--output", "json"]),
    cli.run(["aws", "list", "--region", "us-east-1", "--profile", "nosuch", "--output=json"]),
    cli.run(["aws", "list", "--region", "us-east-1"], { env: { RUNCTL_OUTPUT: "json" } }),
  ]);

  assert.deepEqual([region.exitCode, profile.exitCode, credentials.exitCode], [3, 3, 3]);
  assert.match(errorOf(region).hint ?? "", /--region/);
  assert.match(errorOf(profile).message, /'nosuch'/);
  assert.equal(errorOf(credentials).code, "CREDENTIALS");
  assert.match(errorOf(credentials).hint ?? "", /--profile/);
});

test("an endpoint where nobody answers is an error, not a bug", async (t) => {
  const cli = await commandLine(t, { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" });
  const place = ["--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:9"];

  const ends = await Promise.all([
    cli.run(["aws", "list", ...place]),
    cli.run(["s3", "list", "s3://bucket/", ...place]),
    cli.run(["aws", "setup", ...place]),
  ]);

  for (const { exitCode, stderr } of ends) {
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /error: (\w+:\w+|listing s3:\/\/bucket\/): AWS cannot be reached: .*127\.0\.0\.1:9\nhint: /,
    );
  }
});

test("neither cloud sees the other's keys", async (t) => {
  const { stateDirectory } = await startTestCloud(t);
  const aws = await recordingServer(t);
  const env = {
    AWS_ACCESS_KEY_ID: "AKIAOFTHEUSER",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "token",
    AWS_PROFILE: "",
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: aws.url,
    AWS_ENDPOINT_URL_EC2: aws.url,
    AWS_ENDPOINT_URL_S3: aws.url,
    RUNCTL_STATE_DIR: stateDirectory,
  };
  const cli = await commandLine(t, env);

  const local = await Promise.all([
    cli.run(["--local", "aws", "ebs", "list"]),
    cli.run(["--local", "aws", "list"]),
    cli.run(["--local", "s3", "list", "s3://nosuch-bucket/"]),
  ]);
  assert.deepEqual(
    local.map(({ exitCode }) => exitCode),
    [0, 0, 4],
  );
  assert.equal(aws.requests.length, 0);

  await Promise.all([cli.run(["aws", "list"]), cli.run(["s3", "list", "s3://some-bucket/"])]);
  assert.ok(aws.requests.length >= 2);
  for (const { headers } of aws.requests) {
    assert.match(headers.authorization ?? "", /Credential=AKIAOFTHEUSER\//);
  }
});

test("a local cloud that cannot start says why, in its own words of this time", async (t) => {
  const cli = await commandLine(t);
  const taken = createServer().listen(0, "127.0.0.1");
  t.after(() => taken.close());
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const stateDirectory = join(cli.home, "cloud");
  await mkdir(stateDirectory);
  await writeFile(join(stateDirectory, "server.log"), "error: of yesterday\nhint: none\n");

  const words = ["local", "up", "--detach", "--port", `${port}`, "--state-dir", stateDirectory];
  const refused = await cli.run([...words, "--backend", "null", "--output", "json"]);

  assert.equal(refused.exitCode, 5, refused.stderr);
  const { message, hint } = errorOf(refused);
  assert.equal(message, `the local cloud did not start: port ${port} is taken`);
  assert.equal(hint, "name another with --port, or --port 0 for any free one");
});

test("where no instance boots, `aws create` says so before it waits", async (t) => {
  const { stateDirectory } = await readyAccount(t);
  const cli = await commandLine(t, { RUNCTL_STATE_DIR: stateDirectory });

  const creating = cli.start(["--local", "aws", "create", "--spot"]);
  await creating.said("the null backend is the API alone: no instance boots");
  creating.interrupt();
  assert.equal((await creating.ended).exitCode, 130);
});

test("results have the promised members, and stdout holds nothing else", async (t) => {
  const { aws, stateDirectory } = await readyAccount(t);
  await ownedVolume(aws, { name: "data" });
  const cli = await commandLine(t, { RUNCTL_STATE_DIR: stateDirectory });
  const words = ["--local", "--output", "json"];

  const creating = cli.start([...words, "aws", "create", "--spot", "--ebs-volume", "data"]);
  await creating.said("✔ launch");
  const [launched] = await describeInstances(aws, {});
  await putTags(aws, launched!.instanceId, { [tagKeys.state]: "running" });
  const created = await creating.ended;

  assert.equal(created.exitCode, 0, created.stderr);
  const [made, shown, volumes, instances, ids, quiet] = await Promise.all([
    cli.run([...words, "aws", "ebs", "create", "--size", "8", "--name", "ckpt"]),
    cli.run([...words, "aws", "ebs", "show", "data"]),
    cli.run([...words, "aws", "ebs", "list", "--name", "data"]),
    cli.run([...words, "aws", "list"]),
    cli.run(["--local", "aws", "list", "--query", "items[].instanceId"]),
    cli.run(["--local", "--quiet", "aws", "ebs", "create", "--size", "8", "--name", "data"]),
  ]);

  const volumeMembers =
    "volumeId name sizeGiB type iops throughputMiBps zone state encrypted multiAttach snapshotId " +
    "attachments tags createdAt priceUsdPerMonth";
  const instanceMembers =
    "instanceId name type lifecycle zone state agentState message volumes command exitCode " +
    "launchedAt priceUsdPerHour costUsdSoFar";
  assert.deepEqual(Object.keys(json(shown)), volumeMembers.split(" "));
  assert.deepEqual(json(volumes), { items: [json(shown)] });
  assert.deepEqual(Object.keys(json(made)), [...volumeMembers.split(" "), "outcome"]);
  const [instance] = json(instances)["items"] as Record<string, unknown>[];
  assert.deepEqual(Object.keys(instance ?? {}), instanceMembers.split(" "));
  assert.deepEqual(
    Object.keys(json(created)).filter((name) => !instanceMembers.split(" ").includes(name)),
    ["outcome", "waited"],
  );
  assert.match(String(instance?.["launchedAt"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(JSON.parse(ids.stdout), [launched!.instanceId]);
  assert.equal(quiet.stderr, "");
  assert.match(quiet.stdout, /^VOLUME .*\nvol-\w+ +data .*\n$/);

  const [deleted, ended, status] = await Promise.all([
    cli.run([...words, "--yes", "aws", "ebs", "delete", "ckpt"]),
    cli.run([...words, "--yes", "aws", "terminate", launched!.instanceId]),
    cli.run([...words, "local", "status"]),
  ]);
  assert.deepEqual(Object.keys(json(deleted)), await otherMembers("aws ebs delete"));
  assert.deepEqual(Object.keys(json(ended)), await otherMembers("aws terminate"));
  assert.deepEqual(Object.keys(json(status)), await otherMembers("local status"));
});

test("each kind of trouble has its exit code, and its error is JSON", async (t) => {
  const { admin, aws, stateDirectory } = await readyAccount(t);
  const { volumeId } = await ownedVolume(aws, { name: "data" });
  await admin.setFault({ kind: "no-capacity" });
  const cli = await commandLine(t, { RUNCTL_STATE_DIR: stateDirectory });
  const run = (line: string) => cli.run([...line.split(" "), "--local", "--output", "json"]);

  const ends = await Promise.all([
    run("aws ebs delete data"),
    run(`aws ebs show ${missing}`),
    run("aws ebs show dat"),
    run("aws ebs create --size 9 --name data"),
    run("aws create --spot --ebs-volume data"),
    run("aws ebs create --size 8 --name new --query items["),
    run("aws ebs create --size 8 --name new --region eu-west-1"),
    run("local status --state-dir ./nowhere"),
  ]);

  assert.deepEqual(
    ends.map((end) => [end.exitCode, errorOf(end).code, end.stdout]),
    [
      [2, "CONFIRMATION_NEEDED", ""],
      [4, "NOT_FOUND", ""],
      [4, "NOT_FOUND", ""],
      [5, "CONFLICT", ""],
      [6, "CAPACITY", ""],
      [2, "USAGE", ""],
      [2, "USAGE", ""],
      [3, "CONFIGURATION", ""],
    ],
  );
  assert.equal(errorOf(ends[2]).hint, "did you mean 'data'?");
  const unknown = await cli.run(["local", "interrupt", "nobody", "--output", "json"]);
  assert.equal(
    errorOf(unknown).hint,
    "see 'runctl --local aws list'",
    "a hint stays in this cloud",
  );
  const left = await cli.run(["--local", "aws", "ebs", "list", "--query", "items[].volumeId"]);
  assert.deepEqual(JSON.parse(left.stdout), [volumeId]);
});

/** As docs/json-output.md has them under "Other results": those that a value follows, and those that stand alone. */
async function otherMembers(command: string): Promise<string[]> {
  const text = await readFile(new URL("../../docs/json-output.md", import.meta.url), "utf8");
  const row = text
    .split("\n")
    .find((line) => line.includes(`\`${command}\``) && line.split("|").length === 4);
  const parts = (row?.split("|")[2] ?? "").split(/[;,] (?=`)/).map((part) => part.trim());
  return parts.map((part) => /^`(\w+)`(:|$)/.exec(part)?.[1]).filter((name) => name !== undefined);
}
