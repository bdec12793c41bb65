import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleInstance } from "../../../test/support/example-volume.ts";
import { connect } from "../../aws/connect.ts";
import { commandTag } from "../../instances/command-tag.ts";
import { mountTags } from "../../instances/mount-tags.ts";
import { tagKeys } from "../../tags.ts";
import { instanceCard, instanceOutput, instanceTable } from "./instance-output.ts";

const nobody = connect({ region: "us-east-1", endpointUrl: "http://127.0.0.1:1" });
const interrupted = { lifecycle: "on-demand", tags: { [tagKeys.state]: "interrupted" } } as const;

for (const [who, stateReasonCode, agentState] of [
  ["somebody terminated", "Client.UserInitiatedShutdown", "ended"],
  ["EC2 took back", "Server.SpotInstanceTermination", "interrupted"],
] as const) {
  test(`the agent of an instance that ${who} is called ${agentState}`, async () => {
    const instance = exampleInstance({ ...interrupted, state: "terminated", stateReasonCode });

    assert.equal((await instanceOutput(nobody, instance)).agentState, agentState);
  });
}

test("a command is shown as it was typed, in a list on one line", async () => {
  const tags = { [tagKeys.command]: commandTag(["sh", "-c", "a && b\nc"]) };
  const output = await instanceOutput(nobody, exampleInstance({ lifecycle: "on-demand", tags }));

  assert.equal(output.command, "sh -c 'a && b\nc'");
  assert.match(instanceTable([output]), /sh -c 'a && b c'/);
});

for (const [exitCode, words] of [
  ["1", / done, exit 1 /],
  ["0", / done +-/],
] as const) {
  test(`a list tells that a command ended with exit code ${exitCode}`, async () => {
    const tags = { [tagKeys.state]: "done", [tagKeys.exitCode]: exitCode };
    const output = await instanceOutput(nobody, exampleInstance({ lifecycle: "on-demand", tags }));

    assert.match(instanceTable([output]), words);
  });
}

test("an instance that lost its power has AWS's reason as its message, not the agent's last word", async () => {
  const tags = { [tagKeys.state]: "running", [tagKeys.message]: "python3 train.py" };
  const stateReasonCode = "Server.SpotInstanceTermination";
  const instance = exampleInstance({
    lifecycle: "on-demand",
    state: "terminated",
    stateReasonCode,
    tags,
  });

  assert.equal(
    (await instanceOutput(nobody, instance)).message,
    "terminated before its work was done: EC2 took the spot instance back",
  );
});

test("a volume that was detached from a running instance is not shown as mounted", async () => {
  const mounted = { volumeId: "vol-0123456789abcdef0", mount: "/mnt/data", readOnly: false };
  const tags = { [tagKeys.state]: "running", ...mountTags([mounted]) };
  const output = await instanceOutput(nobody, exampleInstance({ lifecycle: "on-demand", tags }));

  assert.match(instanceCard(output), /vol-0123456789abcdef0, not attached any more/);
});
