import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { bundle } from "../../scripts/build.ts";
import type { AwsInstance } from "../../src/aws/instances.ts";
import { type LocalConnection, readConnection } from "../../src/local-cloud/connection.ts";
import { startLocalCloud } from "../../src/local-cloud/start-local-cloud.ts";
import { skipReason as skip, whatIsLeft } from "../kernel/support/kernel-cloud.ts";
import { type CliEnd, cliProgram } from "../support/cli-program.ts";
import { ext4Uuids } from "../support/ext4-uuids.ts";
import {
  commandLog,
  findVolumes,
  instancesNamed,
  newStateDirectory,
  requireOneWarmVolume,
  requireRightFiles,
  setKillStage,
} from "../support/kill-stage.ts";

/** A local cloud whose server dies at each new step, and is started again at once, on the same port. */
interface MortalCloud {
  connection: LocalConnection;
  /** Makes it die at all steps anew. */
  arm(): Promise<void>;
  untilServing(): Promise<void>;
  deaths(): Promise<string[]>;
  /** Ends the last server by SIGKILL too. */
  stop(): Promise<void>;
}

async function mortalCloud(stateDirectory: string): Promise<MortalCloud> {
  const file = join(stateDirectory, "deaths");
  const programs = join(stateDirectory, "programs");
  // Serves without dying while the stage is set.
  const first = await startLocalCloud({ stateDirectory, backend: "kernel" });
  // It starts forty times: in half the time of its source.
  await bundle(programs, { server: "test/e2e/support/mortal-server.ts" });
  const { connection } = first;
  const port = new URL(connection.endpoint).port;
  let isOver = false;
  let complaints = "";
  let server: ChildProcess | undefined;
  let serving: Promise<void> | undefined;

  async function serve(): Promise<void> {
    while (!isOver) {
      const child = spawn(
        process.execPath,
        [join(programs, "server.mjs"), stateDirectory, port, file],
        {
          stdio: ["ignore", "ignore", "pipe"],
          env: { ...process.env, NODE_COMPILE_CACHE: join(programs, "compiled") },
        },
      );
      server = child;
      child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
      const [code]: unknown[] = await once(child, "close");
      if (code !== null) isOver = true;
    }
  }
  async function stop(): Promise<void> {
    isOver = true;
    server?.kill("SIGKILL");
    await serving;
    await first.stop();
  }
  return {
    connection,
    async arm() {
      await first.stop();
      await writeFile(file, "");
      server?.kill("SIGKILL");
      serving ??= serve();
    },
    async untilServing() {
      while (!(await readConnection(stateDirectory))) {
        assert.ok(!isOver, `the server ended by itself: ${complaints}`);
        await delay(20);
      }
    },
    deaths: async () => (existsSync(file) ? (await readFile(file, "utf8")).trim().split("\n") : []),
    stop,
  };
}

test("a server that is killed at each step, and started again", { skip }, async (t) => {
  const stateDirectory = await newStateDirectory();
  const [cloud, cli] = await Promise.all([mortalCloud(stateDirectory), cliProgram(t)]);
  t.after(async () => {
    await cloud.stop();
    await (await startLocalCloud({ stateDirectory, backend: "kernel" })).down();
    await rm(stateDirectory, { recursive: true, force: true });
  });
  const stage = await setKillStage(cloud.connection);
  const uuids = ext4Uuids(stateDirectory);
  await cloud.arm();
  const lastChange = "DeleteTags of the CLI, with an instance";

  /** The same line again until it got through, or the server died after the last change of all. */
  async function typeUntilDone(part: TestContext, words: readonly string[]) {
    let end: CliEnd | undefined;
    for (let tries = 1; tries <= 60; tries += 1) {
      await cloud.untilServing();
      end = await cli.start(stateDirectory, ...words).ended;
      uuids.look();
      const deaths = await cloud.deaths();
      const isDone = end.exitCode === 0 || deaths.includes(`after ${lastChange}`);
      if (!isDone) continue;
      part.diagnostic(`typed ${tries} times, ${deaths.length} deaths: ${deaths.join(", ")}`);
      return;
    }
    assert.fail(`it never got to its end: ${end?.stderr}`);
  }

  await t.test("aws ebs create --pre-warm: one volume, all files", async (part) => {
    const words = ["--size", "1", "--name", "data", "--pre-warm", stage.source];
    await typeUntilDone(part, ["aws", "ebs", "create", ...words]);
    await cloud.untilServing();
    await requireOneWarmVolume(stage, "data");
    const fillers = await instancesNamed(stage, "pre-warm-data");
    requireOne(fillers);
    assert.ok((await cloud.deaths()).length >= 15);
  });

  await t.test("aws create --spot: one instance, the command runs once", async (part) => {
    await cloud.arm();
    const script = "echo began; sleep 1; echo ended; exit 0";
    const words = ["--spot", "--ebs-volume", "data:/mnt/data", "--name", "run", "--wait"];
    const command = ["--", "sh", "-c", script];
    await typeUntilDone(part, ["aws", "create", ...words, ...command]);
    await cloud.untilServing();
    const { instanceId } = requireOne(await instancesNamed(stage, "run"));
    assert.equal(await commandLog(stage, instanceId), "began\nended\n");
  });

  await cloud.stop();
  const port = Number(new URL(cloud.connection.endpoint).port);
  const last = await startLocalCloud({ stateDirectory, port, backend: "kernel" });
  await requireRightFiles(cli, stateDirectory, stage, ["data"]);
  uuids.look();
  uuids.requireOneEach(await findVolumes(stage, ["data"]));
  await last.down();
  assert.deepEqual(await whatIsLeft(stateDirectory), []);
});

function requireOne(instances: readonly AwsInstance[]): AwsInstance {
  const tags = instances.map((instance) => JSON.stringify(instance.tags));
  assert.equal(instances.length, 1, tags.join("\n"));
  return instances[0]!;
}
