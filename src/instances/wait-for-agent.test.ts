import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { hurriedClock } from "../../test/support/hurried-clock.ts";
import { readyAccount } from "../../test/support/ready-account.ts";
import { describeInstances, terminateInstance } from "../aws/instances.ts";
import { putTags } from "../aws/tags.ts";
import type { ProgressEvent } from "../progress.ts";
import { launchInstance } from "./launch-instance.ts";
import { waitForAgent } from "./wait-for-agent.ts";

/** An instance whose agent is played by `say`. */
async function launchedInstance(t: TestContext, { spot = false } = {}) {
  const { aws, admin } = await readyAccount(t);
  const events: ProgressEvent[] = [];
  const { instanceId } = await launchInstance(
    aws,
    {
      op: "waiting",
      spot,
      volumes: [],
      work: { kind: "command", command: [], environment: {}, asRoot: false, whenDone: "keep" },
    },
    { report: () => undefined },
  );
  return {
    aws,
    admin,
    instanceId,
    steps: () =>
      events.flatMap((event) => (event.kind === "step" ? [`${event.label} ${event.state}`] : [])),
    say: (tags: Record<string, string>) => putTags(aws, instanceId, tags),
    wait: (until: "running" | "ended", bootDeadlineMs = 300_000) =>
      waitForAgent(aws, instanceId, {
        until,
        bootDeadlineMs,
        clock: hurriedClock(),
        report: (event) => void events.push(event),
      }),
  };
}

test("the agent's way from boot to work is told step by step", async (t) => {
  const { say, wait, steps } = await launchedInstance(t);
  await say({ "runctl:state": "mounting" });
  const waiting = wait("running", Infinity);
  await say({ "runctl:state": "running" });

  assert.equal((await waiting).state, "running");
  assert.equal(steps().at(-1)?.endsWith("done"), true);
});

test("the end brings the command's exit code", async (t) => {
  const { say, wait } = await launchedInstance(t);
  const waiting = wait("ended", Infinity);
  await say({ "runctl:state": "running" });
  await say({ "runctl:state": "done", "runctl:exit-code": "3" });

  const { state, exitCode } = await waiting;
  assert.deepEqual({ state, exitCode }, { state: "done", exitCode: 3 });
});

test("a command that ended at once counts as having run", async (t) => {
  const { say, wait } = await launchedInstance(t);
  await say({ "runctl:state": "done", "runctl:exit-code": "0" });

  assert.equal((await wait("running")).exitCode, 0);
});

test("what the agent failed of stands in the error", async (t) => {
  const { say, wait, instanceId, steps } = await launchedInstance(t);
  await say({ "runctl:state": "failed", "runctl:message": "vol-1 is not ext4 and not new" });

  await assert.rejects(wait("running"), {
    code: "INSTANCE_FAILED",
    message: `${instanceId}: vol-1 is not ext4 and not new`,
  });
  assert.deepEqual(steps(), []);
});

test("an interruption after a notice has a code of its own, and says that the volumes are kept", async (t) => {
  const { say, wait } = await launchedInstance(t);
  const message = "spot interruption notice: volumes released";
  await say({ "runctl:state": "interrupted", "runctl:message": message });

  await assert.rejects(wait("ended"), { code: "SPOT_INTERRUPTED", hint: /volumes are kept/ });
});

test("an interruption without a notice is one, too", async (t) => {
  const { admin, say, wait, instanceId } = await launchedInstance(t, { spot: true });
  await say({ "runctl:state": "running" });
  await admin.interrupt(instanceId, { noticeSeconds: undefined, rebalance: false });

  await assert.rejects(wait("ended"), { code: "SPOT_INTERRUPTED", hint: /volumes are kept/ });
});

test("a shutdown that EC2 did not ask for is no interruption of EC2's", async (t) => {
  const { say, wait } = await launchedInstance(t);
  const message = "the machine shuts down: volumes released";
  await say({ "runctl:state": "interrupted", "runctl:message": message });

  await assert.rejects(wait("ended"), { code: "INSTANCE_FAILED", hint: /volumes are kept/ });
});

test("an instance that somebody ended says so", async (t) => {
  const { aws, wait, instanceId } = await launchedInstance(t);
  await terminateInstance(aws, instanceId);

  await assert.rejects(wait("running", Infinity), {
    code: "INSTANCE_FAILED",
    message: `${instanceId}: terminated before its work was done: somebody ended it`,
  });
});

test("an agent that never comes is given up, and its instance terminated", async (t) => {
  const { aws, wait, instanceId, steps } = await launchedInstance(t);

  await assert.rejects(wait("running"), {
    code: "INSTANCE_FAILED",
    message: `no sign of the agent on ${instanceId} in 300 s; it is being terminated`,
  });
  const [instance] = await describeInstances(aws, { instanceIds: [instanceId] });
  assert.match(instance?.state ?? "", /shutting-down|terminated/);
  assert.deepEqual(steps(), ["boot started", "boot failed"]);
});
