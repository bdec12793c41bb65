import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Aws, connect } from "../../src/aws/connect.ts";
import { ensureBucket } from "../../src/aws/buckets.ts";
import { type AwsInstance, describeInstances } from "../../src/aws/instances.ts";
import { getBytes, putBytes } from "./s3-objects.ts";
import { describeVolumes } from "../../src/aws/volumes.ts";
import { setUpAccount } from "../../src/instances/set-up-account.ts";
import type { LocalConnection } from "../../src/local-cloud/connection.ts";
import { tagKeys } from "../../src/tags.ts";
import type { CliProgram } from "./cli-program.ts";

/** A dataset in S3, and an account whose instances may read it. */
export interface KillStage {
  aws: Aws;
  bucket: string;
  /** s3://bucket/prefix/ */
  source: string;
  /** SHA-256 by path. */
  files: ReadonlyMap<string, string>;
}

const sizes = { a: 0, b: 1, "dir/c": 70_000, "dir/deep/d": 300_000, "e e": 4_096 };

export async function setKillStage(connection: LocalConnection): Promise<KillStage> {
  const { endpoint, region, accessKeyId, secretAccessKey } = connection;
  const credentials = { accessKeyId, secretAccessKey };
  const aws = connect({ endpointUrl: endpoint, region, credentials });
  await ensureBucket(aws, { bucket: "datasets", accountRegional: false });
  const files = new Map<string, string>();
  for (const [path, size] of Object.entries(sizes)) {
    const bytes = randomBytes(size);
    files.set(path, createHash("sha256").update(bytes).digest("hex"));
    await putBytes(aws, { bucket: "datasets", key: `digits/${path}` }, bytes);
  }
  const access = { reads: ["datasets/digits/"], writes: [], kmsKeys: [] };
  const { bucket } = await setUpAccount(aws, { access }, { report: () => undefined });
  return { aws, bucket, source: "s3://datasets/digits/", files };
}

/** Register its removal after what lets go of it: hooks run in the order in which they were registered. */
export function newStateDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "runctl-kill-"));
}

/** One volume of the name, free, finished and warm; no instance of it lives. @returns how many there were. */
export async function requireOneWarmVolume(stage: KillStage, name: string): Promise<number> {
  const volumes = await describeVolumes(stage.aws, {
    filters: [{ Name: "tag:Name", Values: [name] }],
  });
  assert.equal(volumes.length, 1, `${volumes.length} volumes named ${name}`);
  const { state, tags } = volumes[0]!;
  assert.equal(state, "available");
  assert.ok(!(tagKeys.unfinished in tags), `${name} is unfinished`);
  assert.ok(!(tagKeys.blank in tags), `${name} may still be formatted`);
  assert.ok(tagKeys.manifest in tags, `${name} is not warm`);
  const fillers = await instancesNamed(stage, `pre-warm-${name}`);
  const states = fillers.map((one) => one.state);
  assert.ok(
    states.every((one) => one === "terminated"),
    `instances are ${states.join(", ")}`,
  );
  return states.length;
}

/** Terminated ones too. */
export function instancesNamed({ aws }: KillStage, name: string): Promise<AwsInstance[]> {
  return describeInstances(aws, { filters: [{ Name: "tag:Name", Values: [name] }] });
}

/** Has an instance read all files of the volumes back, and compares them with the dataset. */
export async function requireRightFiles(
  cli: CliProgram,
  stateDirectory: string,
  stage: KillStage,
  names: readonly string[],
): Promise<void> {
  const mounts = names.flatMap((name) => ["--ebs-volume", `${name}:/mnt/${name}:ro`]);
  const script = `cd /mnt && find ${names.join(" ")} '(' -name .runctl -o -name lost+found ')' -prune -o -type f -exec sha256sum {} +`;
  const words = ["aws", "create", ...mounts, "--wait", "--", "sh", "-c", script];
  const { exitCode, stdout, stderr } = await cli.start(stateDirectory, ...words).ended;
  assert.equal(exitCode, 0, stderr);
  const { instanceId } = JSON.parse(stdout) as { instanceId: string };
  const log = await commandLog(stage, instanceId);
  const wanted = names.flatMap((name) =>
    [...stage.files].map(([path, sha256]) => `${sha256}  ${name}/${path}`),
  );
  assert.deepEqual(log.trimEnd().split("\n").toSorted(), wanted.toSorted());
}

/** What a command has printed, once its instance is through. */
export async function commandLog({ aws, bucket }: KillStage, instanceId: string): Promise<string> {
  const key = `logs/${instanceId}/command.log`;
  return Buffer.from(await getBytes(aws, { bucket, key })).toString();
}

/** Ids of the volumes of these names. */
export async function findVolumes({ aws }: KillStage, names: readonly string[]): Promise<string[]> {
  const filters = [{ Name: "tag:Name", Values: [...names] }];
  return (await describeVolumes(aws, { filters })).map(({ volumeId }) => volumeId);
}
