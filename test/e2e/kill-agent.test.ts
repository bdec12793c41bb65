import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { findInstance } from "../../src/aws/instances.ts";
import { ApiError } from "../../src/local-cloud/call.ts";
import type { ObservedRequest } from "../../src/local-cloud/request-observer.ts";
import { tagKeys } from "../../src/tags.ts";
import { skipReason as skip, whatIsLeft } from "../kernel/support/kernel-cloud.ts";
import { type CliEnd, cliProgram } from "../support/cli-program.ts";
import { type Ext4Uuids, ext4Uuids } from "../support/ext4-uuids.ts";
import {
  bytesWritten,
  findAgent,
  guestProcesses,
  killProcess,
} from "../support/guest-processes.ts";
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
import { type NewSteps, newSteps } from "../support/new-steps.ts";

interface Scene {
  stateDirectory: string;
  stage: KillStage;
  uuids: Ext4Uuids;
  /** Where the agents of instances were killed, by the instance's name. */
  deaths: Map<string, NewSteps>;
  type(...words: string[]): Promise<CliEnd>;
  requireRightFiles(names: readonly string[]): Promise<void>;
  down(): Promise<void>;
}

/**
 * A local cloud on which agents are killed at each of their calls: on instances whose name ends in
 * `-before` before the call is done, on those in `-after` before its answer arrives.
 */
async function scene(t: TestContext): Promise<Scene> {
  const stateDirectory = await newStateDirectory();
  const uuids = ext4Uuids(stateDirectory);
  const deaths = new Map<string, NewSteps>();
  const names = new Map<string, Promise<string>>();
  let stage: KillStage | undefined;

  async function nameOf(instanceId: string): Promise<string> {
    const instance = stage && (await findInstance(stage.aws, instanceId));
    return instance?.tags[tagKeys.name] ?? "";
  }

  async function onRequest(request: ObservedRequest): Promise<void> {
    const { instanceId, phase } = request;
    if (instanceId === undefined) return;
    const agent = await findAgent(stateDirectory, instanceId);
    if (!agent) return;
    const naming = names.get(instanceId) ?? nameOf(instanceId);
    names.set(instanceId, naming);
    const name = await naming;
    const when = /-(before|after)$/.exec(name)?.[1];
    if (when === undefined) return;
    const steps = deaths.get(name) ?? newSteps((step) => step.phase === when);
    deaths.set(name, steps);
    if (steps.see(request) === undefined) return;
    await killProcess(agent);
    uuids.look();
    steps.restart();
    if (phase === "before") throw new ApiError("RequestLimitExceeded", "it was killed", 503);
  }

  const [{ cloud }, cli] = await Promise.all([
    startTestCloud(t, { backend: "kernel", stateDirectory, onRequest }),
    cliProgram(t),
  ]);
  t.after(() => rm(stateDirectory, { recursive: true, force: true }));
  const ready = await setKillStage(cloud.connection);
  stage = ready;
  return {
    stateDirectory,
    stage,
    uuids,
    deaths,
    type: (...words) => cli.start(stateDirectory, ...words).ended,
    requireRightFiles: (volumes) => requireRightFiles(cli, stateDirectory, ready, volumes),
    async down() {
      await cloud.down();
      assert.deepEqual(await whatIsLeft(stateDirectory), []);
    },
  };
}

/** Calls of an agent, each a different step; one that finds something done already makes fewer. */
const fewestDeaths = 8;

function requireDeaths(t: TestContext, { deaths }: Scene, name: string): void {
  const steps = deaths.get(name)?.names ?? [];
  t.diagnostic(`killed ${steps.length} times: ${steps.join(", ")}`);
  assert.ok(steps.length >= fewestDeaths, `only ${steps.length} deaths`);
}

test("agents that are killed", { skip, concurrency: 5 }, async (t) => {
  const here = await scene(t);
  const { stage, uuids } = here;
  const fillWords = (name: string, size: number) => {
    const words = ["--size", `${size}`, "--name", name, "--pre-warm", stage.source];
    return ["aws", "ebs", "create", ...words];
  };

  const fill = (when: "before" | "after") =>
    t.test(`${when} each call of a fill: one file system, all files`, async (part) => {
      const name = `fill-${when}`;
      const { exitCode, stderr } = await here.type(...fillWords(name, 1));
      assert.equal(exitCode, 0, stderr);
      requireDeaths(part, here, `pre-warm-${name}`);
      assert.equal(await requireOneWarmVolume(stage, name), 1);
    });

  const run = (when: "before" | "after") =>
    t.test(`${when} each call of a run: the command runs once`, async (part) => {
      const name = `run-${when}`;
      const made = await here.type("aws", "ebs", "create", "--size", "1", "--name", name);
      assert.equal(made.exitCode, 0, made.stderr);
      const script = "echo began >>/mnt/data/runs; sleep 2; cat /mnt/data/runs; exit 7";
      const words = ["--spot", "--ebs-volume", `${name}:/mnt/data`, "--name", name, "--wait"];
      const command = ["--", "sh", "-c", script];
      const { exitCode, stderr } = await here.type("aws", "create", ...words, ...command);
      assert.equal(exitCode, 7, stderr);
      requireDeaths(part, here, name);
      const [instance, ...others] = await instancesNamed(stage, name);
      assert.ok(instance);
      assert.equal(others.length, 0);
      assert.equal(await commandLog(stage, instance.instanceId), "began\n");
    });

  const insideMkfs = () =>
    t.test("inside mkfs: the volume is refused, and can be deleted and made anew", async () => {
      // Large enough that mkfs takes its time.
      const words = fillWords("half-made", 16_384);
      const killing = killInsideMkfs(here, "pre-warm-half-made");
      const first = await here.type(...words);
      assert.ok((await killing) > 0);
      for (const end of [first, await here.type(...words)]) {
        assert.equal(end.exitCode, 1, end.stderr);
        assert.match(end.stderr, /should be blank but holds|has a half-made ext4/);
      }
      const deleted = await here.type("aws", "ebs", "delete", "half-made");
      assert.equal(deleted.exitCode, 0, deleted.stderr);
      const anew = await here.type(...words);
      assert.equal(anew.exitCode, 0, anew.stderr);
      await requireOneWarmVolume(stage, "half-made");
    });

  // Alone: mkfs is over before a busy process looks.
  await insideMkfs();
  await Promise.all([fill("before"), fill("after"), run("before"), run("after")]);
  await here.requireRightFiles(["fill-before", "fill-after", "half-made"]);
  uuids.look();
  const names = ["fill-before", "fill-after", "run-before", "run-after"];
  uuids.requireOneEach(await findVolumes(stage, names));
  await here.down();
});

/** Ends the agent and its mkfs in the middle of the latter. @returns bytes that it had written. */
async function killInsideMkfs({ stage, stateDirectory }: Scene, name: string): Promise<number> {
  const enough = 2 ** 22;
  let id: string | undefined;
  for (const end = Date.now() + 240_000; Date.now() < end; await delay(id ? 2 : 50)) {
    id ??= (await instancesNamed(stage, name))[0]?.instanceId;
    const [mkfs] = id === undefined ? [] : await guestProcesses(stateDirectory, id, "mkfs.ext4");
    if (!id || !mkfs) continue;
    while ((bytesWritten(mkfs) ?? enough) < enough) await delay(1);
    process.kill(mkfs.pid, "SIGSTOP");
    const written = bytesWritten(mkfs) ?? 0;
    const agent = await findAgent(stateDirectory, id);
    if (agent) await killProcess(agent);
    await killProcess(mkfs);
    return written;
  }
  return assert.fail("no mkfs was seen");
}
