import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateVolumeCommand, DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { imageParameter, startWithRole } from "../../test/support/role-instance.ts";
import { startTestCloud } from "../../test/support/local-cloud.ts";

const describe = { Effect: "Allow", Action: "ec2:DescribeVolumes", Resource: "*" };

test("an instance's credentials are those of its role, on that instance", async (t) => {
  const { roleOptions, instanceId } = await startWithRole(t, [describe]);
  const identity = await new STSClient(roleOptions).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Arn, `arn:aws:sts::000000000000:assumed-role/worker/${instanceId}`);
  assert.match(identity.UserId ?? "", new RegExp(`^AROA.*:${instanceId}$`));
});

test("a role may do what its policy allows and nothing else; the message names what is missing", async (t) => {
  const { roleOptions, instanceId } = await startWithRole(t, [describe]);
  const ec2 = new EC2Client(roleOptions);
  await ec2.send(new DescribeVolumesCommand({}));

  const create = new CreateVolumeCommand({ Size: 1, AvailabilityZone: "us-east-1a" });
  await assert.rejects(ec2.send(create), (error: Error) => {
    assert.equal(error.name, "UnauthorizedOperation");
    assert.match(error.message, /^You are not authorized to perform this operation\. User: arn:/);
    assert.ok(error.message.includes(`assumed-role/worker/${instanceId}`));
    assert.match(error.message, /no identity-based policy allows the ec2:CreateVolume action$/);
    return true;
  });
});

test("a change of the policy counts at once", async (t) => {
  const { roleOptions, allow } = await startWithRole(t, [describe]);
  await allow([{ ...describe, Effect: "Deny" }]);
  await assert.rejects(new EC2Client(roleOptions).send(new DescribeVolumesCommand({})), {
    name: "UnauthorizedOperation",
    message: /with an explicit deny in an identity-based policy$/,
  });
});

test("S3 grants by prefix", async (t) => {
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/in/*" };
  const { roleOptions, sdkOptions } = await startWithRole(t, [statement]);
  const owner = new S3Client(sdkOptions);
  await owner.send(new CreateBucketCommand({ Bucket: "data" }));
  for (const Key of ["in/a", "out/a"]) {
    await owner.send(new PutObjectCommand({ Bucket: "data", Key, Body: "x" }));
  }
  const s3 = new S3Client(roleOptions);
  await s3.send(new GetObjectCommand({ Bucket: "data", Key: "in/a" }));
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket: "data", Key: "out/a" })), {
    name: "AccessDenied",
    message: /allows the s3:GetObject action/,
  });
  await assert.rejects(s3.send(new PutObjectCommand({ Bucket: "data", Key: "in/a", Body: "" })), {
    name: "AccessDenied",
  });
});

test("IAM and SSM ask the policies too", async (t) => {
  const { roleOptions, allow } = await startWithRole(t, [describe]);
  const getRole = () => new IAMClient(roleOptions).send(new GetRoleCommand({ RoleName: "worker" }));
  const getParameter = () =>
    new SSMClient(roleOptions).send(new GetParameterCommand({ Name: imageParameter }));
  await assert.rejects(getRole(), { name: "AccessDenied", message: /allows the iam:GetRole/ });
  await assert.rejects(getParameter(), {
    name: "AccessDeniedException",
    message: /allows the ssm:GetParameter/,
  });
  await allow([
    { Effect: "Allow", Action: "iam:GetRole", Resource: "arn:aws:iam::000000000000:role/worker" },
    {
      Effect: "Allow",
      Action: "ssm:GetParameter",
      Resource: "arn:aws:ssm:*::parameter/aws/service/*",
    },
  ]);
  await getRole();
  await getParameter();
});

const documentFor = (Action: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "*" }],
  });

test("attached policies count, within the permissions boundary", async (t) => {
  const { roleOptions, iam } = await startWithRole(t, [describe]);
  const make = async (PolicyName: string, Action: string) => {
    const PolicyDocument = documentFor(Action);
    const made = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
    return made.Policy?.Arn ?? "";
  };
  const ec2 = new EC2Client(roleOptions);
  const create = new CreateVolumeCommand({ Size: 1, AvailabilityZone: "us-east-1a" });
  const PolicyArn = await make("volumes", "ec2:*");
  await iam.send(new AttachRolePolicyCommand({ RoleName: "worker", PolicyArn }));
  await ec2.send(create);

  const PermissionsBoundary = await make("limit", "ec2:Describe*");
  await iam.send(
    new PutRolePermissionsBoundaryCommand({ RoleName: "worker", PermissionsBoundary }),
  );
  await ec2.send(new DescribeVolumesCommand({}));
  await assert.rejects(ec2.send(create), { name: "UnauthorizedOperation" });

  await iam.send(new DetachRolePolicyCommand({ RoleName: "worker", PolicyArn }));
  await ec2.send(new DescribeVolumesCommand({}));
});

test("a role's key without its token, or with another key's, is no key", async (t) => {
  const { roleOptions, credentials } = await startWithRole(t, [describe]);
  const { sessionToken, ...keyOnly } = credentials;
  const call = (wrong: typeof keyOnly & { sessionToken?: string }) =>
    new STSClient({ ...roleOptions, credentials: wrong }).send(new GetCallerIdentityCommand({}));
  await assert.rejects(call(keyOnly), { name: "InvalidClientTokenId" });
  const otherKey = { ...credentials, accessKeyId: "ASIAAAAAAAAAAAAAAAAA" };
  await assert.rejects(call(otherKey), { name: "InvalidClientTokenId" });
  const cut = { ...credentials, sessionToken: sessionToken.slice(0, -8) };
  await assert.rejects(call(cut), { name: "InvalidClientTokenId" });
});

test("a role's credentials expire", async (t) => {
  let offset = 0;
  const clock = {
    now: () => Date.now() + offset,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
  const { roleOptions } = await startWithRole(t, [describe], { clock });
  offset = 6 * 3_600_000;
  const options = { ...roleOptions, systemClockOffset: offset };
  await assert.rejects(new STSClient(options).send(new GetCallerIdentityCommand({})), {
    name: /^ExpiredToken/,
  });
  await assert.rejects(
    new S3Client(options).send(new GetObjectCommand({ Bucket: "b", Key: "k" })),
    {
      name: "ExpiredToken",
    },
  );
  await assert.rejects(new EC2Client(options).send(new DescribeVolumesCommand({})), {
    name: "RequestExpired",
  });
});

test("a role's credentials outlive a restart of the server, and are good for no other cloud", async (t) => {
  const { roleOptions, cloud, stateDirectory } = await startWithRole(t, [describe]);
  await cloud.stop();
  const again = await startTestCloud(t, { stateDirectory });
  const identify = (endpoint: string) =>
    new STSClient({ ...roleOptions, endpoint }).send(new GetCallerIdentityCommand({}));
  assert.match((await identify(again.endpoint)).Arn ?? "", /assumed-role\/worker/);

  const other = await startTestCloud(t);
  await assert.rejects(identify(other.endpoint), { name: "InvalidClientTokenId" });
});
