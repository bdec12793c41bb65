import assert from "node:assert/strict";
import { test } from "node:test";
import { findInstance } from "../../src/aws/instances.ts";
import { describeVolumes } from "../../src/aws/volumes.ts";
import type { ProgressEvent } from "../../src/progress.ts";
import { waitForAgent } from "../../src/instances/wait-for-agent.ts";
import { skipReason as skip } from "../kernel/support/kernel-cloud.ts";
import { ownedVolume } from "../support/ready-account.ts";
import { type RoleCloud, roleCloud } from "./support/role-cloud.ts";

test(
  "an instance whose boot cannot reach S3 says so and ends itself, and whoever waits hears of it",
  { skip },
  async (t) => {
    const cloud = await roleCloud(t);
    const volume = await ownedVolume(cloud.aws);
    await cloud.admin.setFault({ kind: "no-s3-from-instances" });
    const instanceId = await cloud.launch(["true"], {
      volumes: [{ volume, mount: "/mnt/data", readOnly: false }],
      bootLimits: { retrySeconds: 2 },
    });

    const { error, notes } = await waitingFails(cloud, instanceId);

    assert.match(error, /^i-\w+: cannot fetch s3:\/\/\S+\/node: s3:GetObject \S+\/node: curl: \(/);
    assert.match(notes, /console of i-\w+:[^]*FAILED: cannot fetch s3:.*: power off/);
    await isGone(cloud, instanceId);
  },
);

test(
  "an instance whose agent cannot report switches itself off, and its volume is free again",
  { skip },
  async (t) => {
    const cloud = await roleCloud(t);
    const volume = await ownedVolume(cloud.aws);
    const instanceId = await cloud.launch([], {
      volumes: [{ volume, mount: "/mnt/data", readOnly: false }],
      instanceProfile: await cloud.role({ Sid: "ReportOnItself" }),
      whenDone: "keep",
      bootLimits: { silentSeconds: 12 },
    });

    const { error, notes } = await waitingFails(cloud, instanceId);

    assert.equal(error, `${instanceId}: no sign of life`);
    assert.match(notes, /not authorized to perform: ec2:CreateTags/);
    await isGone(cloud, instanceId);
  },
);

async function waitingFails(
  { aws }: RoleCloud,
  instanceId: string,
): Promise<{ error: string; notes: string }> {
  const events: ProgressEvent[] = [];
  const report = (event: ProgressEvent) => void events.push(event);
  const error = await waitForAgent(aws, instanceId, { until: "running", report }).then(
    () => assert.fail("the agent is said to run"),
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof Error && "code" in error);
  assert.equal(error.code, "INSTANCE_FAILED");
  const notes = events.flatMap((event) => (event.kind === "note" ? event.text : []));
  return { error: error.message, notes: notes.join("\n") };
}

/** Terminated, its root volume gone and no other still attached to it. */
async function isGone(cloud: RoleCloud, instanceId: string): Promise<void> {
  const { aws } = cloud;
  await cloud.settled();
  assert.equal((await findInstance(aws, instanceId))?.state, "terminated");
  const volumes = await describeVolumes(aws, {});
  assert.deepEqual(
    volumes.map(({ state, attachments }) => ({ state, attachments })),
    [{ state: "available", attachments: [] }],
  );
}
