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

const denied = (action: string) => new RegExp(`not authorized to perform: ${action}\\b`);

/** Every statement of the role, by its Sid. */
const needs: Readonly<Record<string, readonly Need[]>> = {
  Look: [{ work: "mount", names: denied("ec2:DescribeVolumes"), state: "failed" }],
  MoveVolumesMeantForInstances: [
    { work: "mount", names: denied("ec2:AttachVolume"), state: "failed" },
    { work: "mount", action: "ec2:DetachVolume", names: denied("ec2:DetachVolume") },
  ],
  MoveVolumesToAndFromItself: [
    { work: "mount", names: denied("ec2:AttachVolume"), state: "failed" },
    { work: "mount", action: "ec2:DetachVolume", names: denied("ec2:DetachVolume") },
  ],
  ReportOnVolumes: [
    { work: "mount", names: denied("ec2:CreateTags") },
    { work: "fill", names: denied("ec2:CreateTags"), state: "failed" },
  ],
  ReportOnItself: [{ work: "mount", names: denied("ec2:CreateTags") }],
  TakeReportsBack: [{ work: "mount", names: denied("ec2:DeleteTags"), state: "failed" }],
  // The boot script sees the status alone.
  FetchWhatItBootsFrom: [{ work: "mount", names: /s3:GetObject runtime\/.*: curl: .*403/ }],
  WriteLogsJobsAndLeases: [{ work: "mount", names: denied("s3:PutObject") }],
  ReadJobsAndLeases: [{ work: "mount shared", names: denied("s3:GetObject"), state: "failed" }],
  ListData: [{ work: "fill", names: denied("s3:ListBucket"), state: "failed" }],
  ReadData: [{ work: "fill", names: denied("s3:GetObject"), state: "failed" }],
  WriteData: [{ work: "write", names: denied("s3:PutObject") }],
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
            const end = await untilSaid(cloud, instanceId, names);
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
  for (const deadline = Date.now() + 60_000; ; await delay(200)) {
    const heard = await listen(cloud, instanceId);
    if (heard.hasEnded || Date.now() > deadline) return heard;
  }
}

/** Until `words` are in the agent's message, or at least on the console while it can set none. */
async function untilSaid(cloud: RoleCloud, instanceId: string, words: RegExp): Promise<Heard> {
  for (const deadline = Date.now() + 60_000; ; await delay(200)) {
    const heard = await listen(cloud, instanceId);
    const isWorking = heard.state === "mounting" || heard.state === "running";
    if (heard.hasEnded || (words.test(heard.said) && !isWorking)) return heard;
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
