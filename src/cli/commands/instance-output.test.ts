import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleInstance } from "../../../test/support/example-volume.ts";
import { connect } from "../../aws/connect.ts";
import { commandTag } from "../../instances/command-tag.ts";
import { tagKeys } from "../../tags.ts";
import { instanceOutput, instanceTable } from "./instance-output.ts";

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
