import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { putRolePolicy } from "../../src/aws/iam.ts";
import { consoleOutput, findInstance, terminateInstance } from "../../src/aws/instances.ts";
import { callerIdentity } from "../../src/aws/sts.ts";
import { rolePolicies } from "../../src/instances/instance-role.ts";
import { tagKeys } from "../../src/tags.ts";
import { ownedVolume } from "../support/ready-account.ts";
import { type AgentCloud, agentCloud } from "./support/agent-cloud.ts";
import { skipReason as skip } from "./support/kernel-cloud.ts";

/** What an instance that mounts a new volume cannot do without the statement, as the error names it. */
const missed: Readonly<Record<string, RegExp>> = {
  Look: /ec2:Describe/,
  MoveVolumesMeantForInstances: /ec2:AttachVolume/,
  MoveVolumesToAndFromItself: /ec2:AttachVolume/,
  ReportOnVolumes: /ec2:CreateTags/,
  ReportOnItself: /ec2:CreateTags/,
  TakeReportsBack: /ec2:DeleteTags/,
  FetchWhatItBootsFrom: /s3:GetObject runtime.*403/,
  WriteLogsJobsAndLeases: /s3:PutObject/,
};

test(
  "without one statement of the role the step that needs it fails, and the message names the permission",
  { skip },
  async (t) => {
    const cloud = await agentCloud(t);
    const caller = await callerIdentity(cloud.aws);
    const access = { reads: [], writes: [], kmsKeys: [] };
    const policies = rolePolicies(caller, cloud.region, cloud.bucket, access);

    for (const [name, policy] of Object.entries(policies)) {
      for (const { Sid } of policy.Statement.filter((statement) => statement.Sid in missed)) {
        await t.test(Sid, async () => {
          const Statement = policy.Statement.filter((statement) => statement.Sid !== Sid);
          await putRolePolicy(cloud.aws, "runctl-instance", name, { ...policy, Statement });
          const volume = await ownedVolume(cloud.aws);
          const volumes = [{ volume, mount: "/mnt/data", readOnly: false }];
          const instanceId = await cloud.launch(["echo", "hello"], { volumes });

          assert.match(await untilSaid(cloud, instanceId, missed[Sid]!), missed[Sid]!);

          await terminateInstance(cloud.aws, instanceId);
          await cloud.untilOff(instanceId);
          await putRolePolicy(cloud.aws, "runctl-instance", name, policy);
        });
      }
    }
  },
);

/** Waits until the instance's message or console says it, and returns both. */
async function untilSaid(cloud: AgentCloud, instanceId: string, wanted: RegExp): Promise<string> {
  for (const end = Date.now() + 30_000; ; await delay(100)) {
    const instance = await findInstance(cloud.aws, instanceId);
    const said = [
      instance?.tags[tagKeys.message] ?? "",
      await consoleOutput(cloud.aws, instanceId),
    ].join("\n");
    if (wanted.test(said) || Date.now() > end) return said;
  }
}
