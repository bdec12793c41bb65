import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ApiError } from "../../src/local-cloud/call.ts";
import type { ObservedRequest } from "../../src/local-cloud/request-observer.ts";
import { skipReason as skip, until, whatIsLeft } from "../kernel/support/kernel-cloud.ts";
import { type CliEnd, type CliProgram, cliProgram, type CliRun } from "../support/cli-program.ts";
import { ext4Uuids } from "../support/ext4-uuids.ts";
import {
  commandLog,
  findVolumes,
  instancesNamed,
  type KillStage,
  newStateDirectory,
  requireOneWarmVolume,
  requireRightFiles,
  setKillStage,
} from "../support/kill-stage.ts";
import { startTestCloud } from "../support/local-cloud.ts";
import { tagKeys } from "../../src/tags.ts";
import { changesSomething, newSteps } from "../support/new-steps.ts";

/** A local cloud that kills whoever types: `runToItsEnd` types the same line again after each death. */
interface Scene {
  stage: KillStage;
  cli: CliProgram;
  stateDirectory: string;
  /** @param isOver whether nothing is left to do once the line was killed at a step; default never. */
  runToItsEnd(
    t: TestContext,
    words: readonly string[],
    isOver?: (step: string) => boolean,
  ): Promise<CliEnd>;
  down(): Promise<void>;
}

async function scene(t: TestContext): Promise<Scene> {
  const stateDirectory = await newStateDirectory();
  let current: { run: CliRun; calls: number } | undefined;
  let own = newSteps();
  let guests = new Map<string, ReturnType<typeof newSteps>>();

  async function onRequest({ action, phase, instanceId }: ObservedRequest): Promise<void> {
    if (!current) return;
    if (instanceId === undefined) {
      current.calls += 1;
      const circumstance = guests.size > 0 ? ", with an instance" : "";
      if (own.see({ action, phase }, circumstance) === undefined) return;
      const { run } = current;
      await run.kill();
      own.restart();
      if (phase === "before") throw new ApiError("RequestLimitExceeded", "it was killed", 503);
      return;
    }
    const steps = guests.get(instanceId) ?? newSteps(isChange);
    guests.set(instanceId, steps);
    if (steps.see({ action, phase }) === undefined) return;
    // The instance waits until somebody watches it, who dies then.
    await until("a watcher", () => current === undefined || current.calls > 0);
    await current?.run.kill();
  }

  const [{ cloud }, cli] = await Promise.all([
    startTestCloud(t, { backend: "kernel", stateDirectory, onRequest }),
    cliProgram(t),
  ]);
  t.after(() => rm(stateDirectory, { recursive: true, force: true }));
  return {
    stage: await setKillStage(cloud.connection),
    cli,
    stateDirectory,
    async runToItsEnd(context, words, isOver = () => false) {
      // A read is a step once: its answer changes nothing.
      own = newSteps(({ action, phase }) => phase === "before" || changesSomething(action));
      guests = new Map();
      for (let deaths = 0; deaths < 200; deaths += 1) {
        const run = cli.start(stateDirectory, ...words);
        current = { run, calls: 0 };
        const end = await run.ended;
        const places = [own, ...guests.values()].flatMap(({ names }) => names);
        if (end.exitCode === null && !isOver(own.names.at(-1) ?? "")) continue;
        current = undefined;
        context.diagnostic(`killed ${deaths} times: ${places.join(", ")}`);
        return end;
      }
      return assert.fail("it never got to its end");
    },
    async down() {
      await cloud.down();
      assert.deepEqual(await whatIsLeft(stateDirectory), []);
    },
  };
}

const isChange = ({ action, phase }: Pick<ObservedRequest, "action" | "phase">) =>
  phase === "before" && changesSomething(action);

test(
  "the CLI is killed at each step of a pre-warm and of a launch, and run again: one result",
  { skip },
  async (t) => {
    const here = await scene(t);
    const { stage, cli, stateDirectory } = here;
    const uuids = ext4Uuids(stateDirectory);

    await t.test("aws ebs create --pre-warm", async (part) => {
      const words = ["--size", "1", "--name", "data", "--pre-warm", stage.source];
      const { exitCode, stderr } = await here.runToItsEnd(part, ["aws", "ebs", "create", ...words]);
      assert.equal(exitCode, 0, stderr);
      assert.equal(await requireOneWarmVolume(stage, "data"), 1);
      uuids.look();
    });

    await t.test("aws create --spot", async (part) => {
      const code = await mkdtemp(join(tmpdir(), "runctl-code-"));
      t.after(() => rm(code, { recursive: true, force: true }));
      await writeFile(join(code, "run.sh"), "echo began; sleep 2; echo ended; exit 7\n");
      const words = ["--spot", "--ebs-volume", "data:/mnt/data", "--name", "run", "--code", code];
      const command = ["--wait", "--", "sh", "run.sh"];
      // The last change: what is typed after it asks for another instance.
      await here.runToItsEnd(part, ["aws", "create", ...words, ...command], (step) =>
        step.startsWith("after DeleteTags"),
      );
      const [instance, ...others] = await instancesNamed(stage, "run");
      assert.ok(instance);
      assert.equal(others.length, 0);
      assert.equal(instance.tags[tagKeys.exitCode], "7");
      assert.ok(!(tagKeys.unfinished in instance.tags));
      assert.equal(await commandLog(stage, instance.instanceId), "began\nended\n");
    });

    await requireRightFiles(cli, stateDirectory, stage, ["data"]);
    uuids.look();
    uuids.requireOneEach(await findVolumes(stage, ["data"]));
    await here.down();
  },
);
