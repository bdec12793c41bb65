import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { putBytes } from "../support/s3-objects.ts";
import { runtimeFile } from "../../src/instances/runtime-binary.ts";
import { userData } from "../../src/instances/user-data.ts";
import type { LaunchSpec, StagedFile } from "../../src/launch-spec.ts";
import { imageParameter } from "../support/role-instance.ts";
import { type AgentCloud, agentCloud } from "./support/agent-cloud.ts";
import { skipReason as skip } from "./support/kernel-cloud.ts";

test("how a boot fails", { skip, concurrency: 3 }, async (t) => {
  const cloud = await agentCloud(t);
  await Promise.all([
    t.test("a machine that cannot fetch its agent says why and ends itself", () =>
      missingAgent(cloud),
    ),
    t.test("an agent with other bytes than the launch names is not run", () => wrongAgent(cloud)),
    t.test(
      "a machine whose agent never reports is switched off, and at last one whose agent crashes for ever",
      () => silentAndCrashing(cloud),
    ),
  ]);
});

async function missingAgent(cloud: AgentCloud): Promise<void> {
  const missing = { key: "agent/none/agent.mjs", sha256: "0".repeat(64) };
  const text = userData(spec(cloud), files(missing), { retrySeconds: 2 });

  const console = await cloud.untilOff(await boot(cloud, text));

  assert.match(console, /agent\/none\/agent\.mjs: curl: .*40[34]/);
  assert.match(console, /FAILED: cannot fetch s3:.*: power off/);
}

async function wrongAgent(cloud: AgentCloud): Promise<void> {
  const key = "agent/other/agent.mjs";
  await putBytes(cloud.aws, { bucket: cloud.bucket, key }, "console.log('evil')");
  const wrong = { key, sha256: "0".repeat(64) };
  const text = userData(spec(cloud), files(wrong), { retrySeconds: 2 });

  assert.match(await cloud.untilOff(await boot(cloud, text)), /wrong SHA-256/);
}

async function silentAndCrashing(cloud: AgentCloud): Promise<void> {
  const silent = await stage(cloud, "setInterval(() => {}, 1000);");
  const crashing = await stage(
    cloud,
    'import fs from "node:fs"; fs.writeFileSync("/run/runctl/reported", ""); throw new Error("crash");',
  );
  const limited = userData({ ...spec(cloud), maxLifetimeSeconds: 60 }, files(crashing));
  const ids = await Promise.all([
    boot(cloud, userData(spec(cloud), files(silent), { silentSeconds: 20 })),
    // The shell gives the agent 300 s more to keep the limit; a test cannot wait for that.
    boot(cloud, limited.replace(/^off_after 360 /m, "off_after 20 ")),
  ]);

  for (const instanceId of ids) {
    const console = await cloud.untilOff(instanceId);
    assert.match(console, /agent started\n[^]*no sign of life: power off/);
  }
}

async function stage(cloud: AgentCloud, body: string): Promise<StagedFile> {
  const sha256 = createHash("sha256").update(body).digest("hex");
  const file = { key: `agent/${sha256}/agent.mjs`, sha256 };
  await putBytes(cloud.aws, { bucket: cloud.bucket, key: file.key }, body);
  return file;
}

function files(agent: StagedFile) {
  return { runtime: runtimeFile("x86_64"), agent };
}

function spec({ bucket, region }: AgentCloud): LaunchSpec {
  return {
    version: 1,
    region,
    bucket,
    volumes: [],
    work: { kind: "command", command: [], environment: {}, asRoot: false, whenDone: "keep" },
    pollMs: 500,
    graceSeconds: 10,
  };
}

async function boot({ sdkOptions }: AgentCloud, text: string): Promise<string> {
  const image = await new SSMClient(sdkOptions).send(
    new GetParameterCommand({ Name: imageParameter }),
  );
  const { Instances } = await new EC2Client(sdkOptions).send(
    new RunInstancesCommand({
      ImageId: image.Parameter?.Value,
      InstanceType: "c5.2xlarge",
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: "runctl-instance" },
      InstanceInitiatedShutdownBehavior: "terminate",
      UserData: Buffer.from(text).toString("base64"),
    }),
  );
  return Instances?.[0]?.InstanceId ?? "";
}
