import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateVolumeCommand, ModifyEbsDefaultKmsKeyIdCommand } from "@aws-sdk/client-ec2";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { mortalConnection, wasKilled } from "../../test/support/mortal-connection.ts";
import { ensureBucket } from "../aws/buckets.ts";
import { connect } from "../aws/connect.ts";
import { ensureRole, findInstanceProfile, findRole } from "../aws/iam.ts";
import { headObject } from "../../test/support/s3-objects.ts";
import type { ProgressEvent } from "../progress.ts";
import { tagKeys } from "../tags.ts";
import { grantedAccess } from "./instance-role.ts";
import { trustPolicy } from "./policies.ts";
import { runtimeFile } from "./runtime-binary.ts";
import { setUpAccount } from "./set-up-account.ts";

const silent = { report: () => undefined };
const nothing = { reads: [], writes: [], kmsKeys: [] };

test("an account is ready after setup: bucket, role in a profile, runtime", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);

  const result = await setUpAccount(aws, { access: nothing }, silent);

  assert.equal(result.bucket, `runctl-${result.accountId}-us-east-1-an`);
  assert.equal((await findInstanceProfile(aws, "runctl-instance"))?.roleName, "runctl-instance");
  const runtime = { bucket: result.bucket, key: runtimeFile("x86_64").key };
  assert.ok(await headObject(aws, { ...runtime, expectedBucketOwner: result.accountId }));
});

test("setup run again adds buckets and keys, and takes none away", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  const key = "arn:aws:kms:us-east-1:000000000000:key/1";

  await setUpAccount(aws, { access: { ...nothing, reads: ["data/a/"] } }, silent);
  await setUpAccount(aws, { access: { ...nothing, writes: ["out/"], kmsKeys: [key] } }, silent);
  const { access } = await setUpAccount(aws, { access: nothing }, silent);

  assert.deepEqual(access, { reads: ["data/a/", "out/"], writes: ["out/"], kmsKeys: [key] });
  assert.deepEqual(await grantedAccess(aws), access);
});

test("the account's own default key for volumes is one that instances may use", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  const key = "arn:aws:kms:us-east-1:000000000000:key/01234567-89ab-cdef-0123-456789abcdef";
  const client = await aws.ec2();
  await client.send(new ModifyEbsDefaultKmsKeyIdCommand({ KmsKeyId: key }));
  const { KmsKeyId } = await client.send(
    new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1, Encrypted: true }),
  );

  const { access } = await setUpAccount(aws, { access: nothing }, silent);

  assert.equal(KmsKeyId, key);
  assert.deepEqual(access?.kmsKeys, [key]);
});

test("setup says which of the named buckets are not there", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  await ensureBucket(aws, { bucket: "there", accountRegional: false });
  const notes: string[] = [];
  const report = (event: ProgressEvent) => void (event.kind === "note" && notes.push(event.text));

  const access = { ...nothing, reads: ["there/a/", "mistyped/"], writes: ["there/b/"] };
  await setUpAccount(aws, { access }, { report });

  assert.deepEqual(notes, ["bucket 'mistyped' does not exist (yet)"]);
});

test("a role of that name that is not runctl's is left alone", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  const foreign = { description: "", trust: trustPolicy, permissionsBoundary: undefined, tags: {} };
  await ensureRole(aws, { name: "runctl-instance", ...foreign });

  await assert.rejects(setUpAccount(aws, { access: nothing }, silent), { code: "CONFLICT" });
});

test("a profile and a bucket of somebody else's are checked, not made", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);

  await assert.rejects(setUpAccount(aws, { access: nothing, stagingBucket: "theirs" }, silent), {
    code: "CONFIGURATION",
    message: "there is no staging bucket theirs",
  });
  await assert.rejects(setUpAccount(aws, { access: nothing, instanceProfile: "theirs" }, silent), {
    code: "NOT_FOUND",
  });
});

test("a runtime file of other bytes is refused", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);

  await assert.rejects(
    setUpAccount(aws, { access: nothing, runtimeFile: import.meta.filename }, silent),
    { code: "VERIFICATION_FAILED" },
  );
});

test("setup waits until EC2 knows the new profile", async (t) => {
  const { cloud, connectOptions } = await startTestCloud(t);
  cloud.faults.set({ kind: "late-instance-profile", seconds: 1 });

  const result = await setUpAccount(connect(connectOptions), { access: nothing }, silent);

  assert.equal(result.instanceProfile, "runctl-instance");
});

for (const when of ["before", "after"] as const) {
  test(`setup killed ${when} any of its calls and run again ends ready`, async (t) => {
    const { connectOptions } = await startTestCloud(t);
    const aws = connect(connectOptions);
    let cuts = 0;
    for (let atCall = 1; atCall < 40; atCall += 1) {
      const mortal = await mortalConnection(connectOptions, { atCall, when });
      const died = await wasKilled(setUpAccount(mortal.aws, { access: nothing }, silent));
      if (!died) break;
      cuts += 1;
    }
    assert.ok(cuts >= 15, `only ${cuts} places to die`);
    const role = await findRole(aws, "runctl-instance");
    assert.equal(role?.tags[tagKeys.managed], "true");
    assert.equal((await findInstanceProfile(aws, "runctl-instance"))?.roleName, "runctl-instance");
  });
}
