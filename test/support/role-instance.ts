import type { TestContext } from "node:test";
import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { LocalCloudOptions } from "../../src/local-cloud/start-local-cloud.ts";
import { createGuestBackend, credentialsFromImds } from "./guests.ts";
import { startTestCloud, type TestCloud } from "./local-cloud.ts";

export const imageParameter =
  "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

export const trustEc2 = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

/** A cloud with role and profile `worker` and one running instance of it, and that instance's credentials. */
export async function startWithRole(
  t: TestContext,
  statements: readonly object[],
  options: Partial<LocalCloudOptions> = {},
) {
  const backend = createGuestBackend();
  const started = await startTestCloud(t, { backend, ...options });
  const iam = new IAMClient(started.sdkOptions);
  await iam.send(new CreateRoleCommand({ RoleName: "worker", AssumeRolePolicyDocument: trustEc2 }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "worker" }));
  await iam.send(
    new AddRoleToInstanceProfileCommand({ InstanceProfileName: "worker", RoleName: "worker" }),
  );
  const allow = (changed: readonly object[]) =>
    iam.send(
      new PutRolePolicyCommand({
        RoleName: "worker",
        PolicyName: "work",
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: changed }),
      }),
    );
  await allow(statements);
  const ec2 = new EC2Client(started.sdkOptions);
  const instanceId = await runWorker(started.sdkOptions);
  await started.settled();
  const credentials = await credentialsFromImds(t, backend.services(), instanceId);
  const roleOptions = { ...started.sdkOptions, credentials };
  return { ...started, backend, iam, ec2, instanceId, credentials, roleOptions, allow };
}

/** Launches one instance with the profile `worker`. @returns its id. */
export async function runWorker(sdkOptions: TestCloud["sdkOptions"]): Promise<string> {
  const getParameter = new GetParameterCommand({ Name: imageParameter });
  const { Parameter } = await new SSMClient(sdkOptions).send(getParameter);
  const { Instances } = await new EC2Client(sdkOptions).send(
    new RunInstancesCommand({
      ImageId: Parameter?.Value,
      InstanceType: "m5.large",
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: "worker" },
    }),
  );
  return Instances?.[0]?.InstanceId ?? "";
}
