import assert from "node:assert/strict";
import { test } from "node:test";
import * as Iam from "@aws-sdk/client-iam";
import { startTestCloud } from "../../../test/support/local-cloud.ts";
import { trustEc2 } from "../../../test/support/role-instance.ts";
import type { TestContext } from "node:test";

const RoleName = "worker";
const role = { RoleName, AssumeRolePolicyDocument: trustEc2 };
const policyFor = (Action: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "*" }],
  });

async function startIam(t: TestContext): Promise<Iam.IAMClient> {
  const { sdkOptions } = await startTestCloud(t);
  const iam = new Iam.IAMClient(sdkOptions);
  await iam.send(new Iam.CreateRoleCommand(role));
  return iam;
}

test("a role is made once; its name knows no case", async (t) => {
  const iam = await startIam(t);
  const twin = { ...role, RoleName: "WORKER" };
  await assert.rejects(iam.send(new Iam.CreateRoleCommand(twin)), {
    name: "EntityAlreadyExistsException",
  });
  const { Role } = await iam.send(new Iam.GetRoleCommand({ RoleName }));
  assert.equal(Role?.Arn, "arn:aws:iam::000000000000:role/worker");
  assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""), trustEc2);
});

test("what is not there is NoSuchEntity", async (t) => {
  const iam = await startIam(t);
  const missing = { RoleName: "nobody" };
  const name = "NoSuchEntityException";
  await assert.rejects(iam.send(new Iam.GetRoleCommand(missing)), { name });
  await assert.rejects(iam.send(new Iam.DeleteRoleCommand(missing)), { name });
  const profile = { InstanceProfileName: "nobody" };
  await assert.rejects(iam.send(new Iam.GetInstanceProfileCommand(profile)), { name });
  const policy = { RoleName, PolicyName: "none" };
  await assert.rejects(iam.send(new Iam.GetRolePolicyCommand(policy)), { name });
  const PolicyArn = "arn:aws:iam::aws:policy/NoSuchPolicy";
  await assert.rejects(iam.send(new Iam.AttachRolePolicyCommand({ RoleName, PolicyArn })), {
    name,
  });
});

test("an inline policy is kept as it was written", async (t) => {
  const iam = await startIam(t);
  const PolicyDocument = policyFor("s3:*");
  const policy = { RoleName, PolicyName: "p" };
  await iam.send(new Iam.PutRolePolicyCommand({ ...policy, PolicyDocument }));
  const listed = await iam.send(new Iam.ListRolePoliciesCommand({ RoleName }));
  assert.deepEqual(listed.PolicyNames, ["p"]);
  const got = await iam.send(new Iam.GetRolePolicyCommand(policy));
  assert.equal(decodeURIComponent(got.PolicyDocument ?? ""), PolicyDocument);
  await iam.send(new Iam.DeleteRolePolicyCommand(policy));
  assert.deepEqual((await iam.send(new Iam.ListRolePoliciesCommand({ RoleName }))).PolicyNames, []);
});

test("a policy that could not be enforced is malformed", async (t) => {
  const iam = await startIam(t);
  const put = (document: object) =>
    iam.send(
      new Iam.PutRolePolicyCommand({
        RoleName,
        PolicyName: "p",
        PolicyDocument: JSON.stringify(document),
      }),
    );
  const Condition = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };
  const Statement = [{ Effect: "Allow", Action: "*", Resource: "*", Condition }];
  await assert.rejects(put({ Version: "2012-10-17", Statement }), {
    name: "MalformedPolicyDocumentException",
    message: /IpAddress/,
  });
});

test("inline policies of a role have 10,240 characters together", async (t) => {
  const iam = await startIam(t);
  const long = policyFor(`s3:${"x".repeat(6_000)}`);
  const put = (PolicyName: string) =>
    iam.send(new Iam.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: long }));
  await put("first");
  await put("first");
  await assert.rejects(put("second"), { name: "LimitExceededException" });
});

test("a profile holds one role, and neither goes while they belong together", async (t) => {
  const iam = await startIam(t);
  const profile = { InstanceProfileName: "worker" };
  await iam.send(new Iam.CreateInstanceProfileCommand(profile));
  const pair = { ...profile, RoleName };
  await iam.send(new Iam.AddRoleToInstanceProfileCommand(pair));
  await assert.rejects(iam.send(new Iam.AddRoleToInstanceProfileCommand(pair)), {
    name: "LimitExceededException",
  });
  const { InstanceProfile } = await iam.send(new Iam.GetInstanceProfileCommand(profile));
  assert.deepEqual(
    InstanceProfile?.Roles?.map((each) => each.RoleName),
    [RoleName],
  );
  const name = "DeleteConflictException";
  await assert.rejects(iam.send(new Iam.DeleteInstanceProfileCommand(profile)), { name });
  await assert.rejects(iam.send(new Iam.DeleteRoleCommand({ RoleName })), { name });
  await iam.send(new Iam.RemoveRoleFromInstanceProfileCommand(pair));
  await iam.send(new Iam.DeleteInstanceProfileCommand(profile));
  await iam.send(new Iam.DeleteRoleCommand({ RoleName }));
});

test("a managed policy goes when it is attached nowhere and has one version", async (t) => {
  const iam = await startIam(t);
  const policy = { PolicyName: "p", PolicyDocument: policyFor("s3:*") };
  const { Policy } = await iam.send(new Iam.CreatePolicyCommand(policy));
  const PolicyArn = Policy?.Arn ?? "";
  assert.equal(PolicyArn, "arn:aws:iam::000000000000:policy/p");
  await assert.rejects(iam.send(new Iam.CreatePolicyCommand(policy)), {
    name: "EntityAlreadyExistsException",
  });
  await iam.send(new Iam.AttachRolePolicyCommand({ RoleName, PolicyArn }));
  const attached = await iam.send(new Iam.ListAttachedRolePoliciesCommand({ RoleName }));
  assert.deepEqual(attached.AttachedPolicies, [{ PolicyName: "p", PolicyArn }]);
  const remove = () => iam.send(new Iam.DeletePolicyCommand({ PolicyArn }));
  await assert.rejects(remove(), { name: "DeleteConflictException" });
  await iam.send(new Iam.DetachRolePolicyCommand({ RoleName, PolicyArn }));

  const next = { PolicyArn, PolicyDocument: policyFor("ec2:*"), SetAsDefault: true };
  await iam.send(new Iam.CreatePolicyVersionCommand(next));
  await assert.rejects(remove(), { name: "DeleteConflictException" });
  await iam.send(new Iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: "v1" }));
  await remove();
});

test("a service-linked role is made once for its service", async (t) => {
  const iam = await startIam(t);
  const spot = new Iam.CreateServiceLinkedRoleCommand({ AWSServiceName: "spot.amazonaws.com" });
  const { Role } = await iam.send(spot);
  assert.equal(Role?.RoleName, "AWSServiceRoleForEC2Spot");
  assert.equal(Role?.Path, "/aws-service-role/spot.amazonaws.com/");
  await assert.rejects(iam.send(spot), {
    name: "InvalidInputException",
    message: /has been taken/,
  });
});

test("lists come in pages", async (t) => {
  const iam = await startIam(t);
  for (const name of ["b", "c"]) {
    await iam.send(new Iam.CreateRoleCommand({ ...role, RoleName: name }));
  }
  const first = await iam.send(new Iam.ListRolesCommand({ MaxItems: 2 }));
  assert.equal(first.IsTruncated, true);
  const last = await iam.send(new Iam.ListRolesCommand({ MaxItems: 2, Marker: first.Marker }));
  const names = [...(first.Roles ?? []), ...(last.Roles ?? [])].map((each) => each.RoleName);
  assert.deepEqual(names, ["b", "c", "worker"]);
  assert.equal(last.IsTruncated, false);
});
