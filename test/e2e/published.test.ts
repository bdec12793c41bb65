import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "../../src/aws/connect.ts";
import { findVolumeById } from "../../src/aws/volumes.ts";
import { readConnection } from "../../src/local-cloud/connection.ts";
import { skipReason as skip, until, whatIsLeft } from "../kernel/support/kernel-cloud.ts";
import { runBareInstance } from "../support/bare-instance.ts";
import { cliProgram } from "../support/cli-program.ts";
import { newStateDirectory } from "../support/kill-stage.ts";
import { ownedVolume } from "../support/ready-account.ts";

test(
  "the program as it is published brings up a local cloud whose machines boot and get disks",
  { skip },
  async (t) => {
    const stateDirectory = await newStateDirectory();
    const cli = await cliProgram(t);
    const type = (...words: string[]) => cli.start(stateDirectory, ...words).ended;

    const up = await type("local", "up", "--detach", "--port", "0", "--backend", "kernel");
    t.after(async () => {
      await type("local", "down");
      await rm(stateDirectory, { recursive: true, force: true, maxRetries: 5 });
    });
    assert.equal(up.exitCode, 0, up.stderr);
    const {
      endpoint: endpointUrl,
      region,
      ...credentials
    } = (await readConnection(stateDirectory))!;
    const aws = connect({ endpointUrl, region, credentials });
    const { volumeId, zone } = await ownedVolume(aws);
    const { instanceId } = await runBareInstance(aws, { zone });
    const attached = await type("aws", "ebs", "attach", volumeId, "--instance", instanceId);
    assert.equal(attached.exitCode, 0, attached.stderr);
    while ((await findVolumeById(aws, volumeId))?.attachments[0]?.state !== "attached")
      await delay(20);

    assert.equal((await type("local", "down")).exitCode, 0);
    // The server answers, and then ends itself.
    await until("nothing left", async () => (await whatIsLeft(stateDirectory)).length === 0);
  },
);

test("the program as it is published answers --query", async (t) => {
  const stateDirectory = await newStateDirectory();
  t.after(() => rm(stateDirectory, { recursive: true, force: true, maxRetries: 5 }));
  const cli = await cliProgram(t);
  const simulate = ["cost", "simulate", "--instance-type", "g5.xlarge", "--region", "us-east-1"];
  const few = ["--jobs", "1", "--replicas", "2"];

  const found = await cli.start(stateDirectory, ...simulate, ...few, "--query", "histories").ended;

  assert.equal(found.exitCode, 0, found.stderr);
  assert.equal(found.stdout.trim(), "2");
});
