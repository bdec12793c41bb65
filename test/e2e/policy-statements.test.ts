import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { consoleOutput, findInstance } from "../../src/aws/instances.ts";
import { instanceLog } from "../../src/instances/instance-logs.ts";
import { tagKeys } from "../../src/tags.ts";
import { skipReason as skip } from "../kernel/support/kernel-cloud.ts";
import { type RoleCloud, roleCloud } from "./support/role-cloud.ts";
import { type Work, works } from "./support/role-works.ts";

/** What cannot be done without a statement, or without one action of it, and how whoever waits hears of it. */
interface Need {
  work: Work;
  /** Stands in the message. */
  names: RegExp;
  /** Undefined: the whole statement is left out. */
  action?: string;
  /** Tag `runctl:state` in the end, where the agent can still set it and the command does not go on. */
  state?: "failed";
}

/** @param resource pattern of the ARN's beginning. */
const denied = (action: string, resource = "") =>
  new RegExp(`not authorized to perform: ${action} on resource: ${resource}`);

const volumeArn = "arn:aws:ec2:[a-z0-9-]+:[0-9]+:volume/";
const instanceArn = "arn:aws:ec2:[a-z0-9-]+:[0-9]+:instance/";
const staging = "arn:aws:s3:::runctl-[a-z0-9-]+/";

/** Every statement of the role, by its Sid. */
const needs: Readonly<Record<string, readonly Need[]>> = {
  Look: [{ work: "train", names: denied("ec2:DescribeVolumes"), state: "failed" }],
  MoveVolumesMeantForInstances: [
    { work: "train", names: denied("ec2:AttachVolume", volumeArn), state: "failed" },
    { work: "train", action: "ec2:DetachVolume", names: denied("ec2:DetachVolume", volumeArn) },
  ],
  MoveVolumesToAndFromItself: [
    { work: "train", names: denied("ec2:AttachVolume", instanceArn), state: "failed" },
    { work: "train", action: "ec2:DetachVolume", names: denied("ec2:DetachVolume", instanceArn) },
  ],
  ReportOnVolumes: [{ work: "fill", names: denied("ec2:CreateTags", volumeArn), state: "failed" }],
  ReportOnItself: [{ work: "train", names: denied("ec2:CreateTags", instanceArn) }],
  TakeReportsBack: [{ work: "train", names: denied("ec2:DeleteTags", volumeArn), state: "failed" }],
  // The boot script sees the status alone.
  FetchWhatItBootsFrom: [{ work: "train", names: /s3:GetObject runtime\/.*: curl: .*403/ }],
  WriteLogsAndLeases: [{ work: "train", names: denied("s3:PutObject", `${staging}logs/`) }],
  ReadLeases: [
    { work: "train", names: denied("s3:GetObject", `${staging}locks/`), state: "failed" },
  ],
  ListData: [
    { work: "fill", names: denied("s3:ListBucket", "arn:aws:s3:::digits"), state: "failed" },
  ],
  ReadData: [
    { work: "fill", names: denied("s3:GetObject", "arn:aws:s3:::digits/train/"), state: "failed" },
  ],
  WriteData: [{ work: "train", names: denied("s3:PutObject", "arn:aws:s3:::results/runs/") }],
  UseKeys: [{ work: "fill", names: denied("kms:Decrypt"), state: "failed" }],
  // AWS names no permission here; ours is the message.
  LetEbsUseKeys: [{ work: "train", names: /kms:CreateGrant/, state: "failed" }],
};

test(
  "the role of `aws setup` suffices, and without any one statement the message names the permission",
  { skip, concurrency: 3 },
  async (t) => {
    const cloud = await roleCloud(t);
    const statements = Object.values(cloud.documents).flatMap(({ Statement }) => Statement);
    assert.deepEqual(statements.map(({ Sid }) => Sid).toSorted(), Object.keys(needs).toSorted());

    const tests = Object.entries(works).map(([work, launch]) =>
      t.test(`${work} is done with all statements`, async () => {
        const instanceId = await launch(cloud, await cloud.role());
        const { state, said } = await untilEnded(cloud, instanceId);
        assert.equal(state, "done", said);
        assert.doesNotMatch(said, /not authorized|: 403/);
      }),
    );
    for (const [Sid, missing] of Object.entries(needs))
      for (const { work, names, action, state } of missing)
        tests.push(
          t.test(`${work} without ${action ? `${action} of ` : ""}${Sid}`, async () => {
            const instanceId = await works[work](cloud, await cloud.role({ Sid, action }));
            const end = await untilSaid(cloud, instanceId, { names, ...(state ? { state } : {}) });
            assert.match(end.said, names);
            if (state) assert.equal(end.state, state);
          }),
        );
    await Promise.all(tests);
  },
);

interface Heard {
  /** Tag `runctl:state`. */
  state: string | undefined;
  /** All that a person gets to read: the agent's message, the console and the log of the command. */
  said: string;
  hasEnded: boolean;
}

async function untilEnded(cloud: RoleCloud, instanceId: string): Promise<Heard> {
  for (const deadline = Date.now() + 120_000; ; await delay(200)) {
    const heard = await listen(cloud, instanceId);
    if (heard.hasEnded || Date.now() > deadline) return heard;
  }
}

/** Until the message is there: on the console it can be before the agent has set its state. */
async function untilSaid(
  cloud: RoleCloud,
  instanceId: string,
  { names, state }: Pick<Need, "names" | "state">,
): Promise<Heard> {
  for (const deadline = Date.now() + 120_000; ; await delay(200)) {
    const heard = await listen(cloud, instanceId);
    const isSettled = state
      ? heard.state === state
      : heard.state !== "mounting" && heard.state !== "running";
    if (heard.hasEnded || (names.test(heard.said) && isSettled)) return heard;
    if (Date.now() > deadline) return heard;
  }
}

async function listen(cloud: RoleCloud, instanceId: string): Promise<Heard> {
  const instance = await findInstance(cloud.aws, instanceId);
  const { [tagKeys.state]: state, [tagKeys.message]: message = "" } = instance?.tags ?? {};
  const hasEnded = instance?.state === "terminated";
  const log = hasEnded ? (await instanceLog(cloud.aws, instanceId)).text : "";
  const said = [message, await consoleOutput(cloud.aws, instanceId), log].join("\n");
  return { state, said, hasEnded };
}
