import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Aws, connect } from "../../../src/aws/connect.ts";
import { consoleOutput, findInstance } from "../../../src/aws/instances.ts";
import { findVolumeById } from "../../../src/aws/volumes.ts";
import { launchInstance } from "../../../src/instances/launch-instance.ts";
import type { LaunchRequest } from "../../../src/instances/launch-request.ts";
import { setUpAccount } from "../../../src/instances/set-up-account.ts";
import type { ProgramResult } from "../../../src/run-program.ts";
import { tagKeys } from "../../../src/tags.ts";
import { startTestCloud, type TestCloud } from "../../support/local-cloud.ts";
import { runInside } from "./kernel-cloud.ts";

const quiet = { report: () => undefined };

export interface AgentCloud extends TestCloud {
  aws: Aws;
  bucket: string;
  /** Launches `command` on a machine of its own; resolves when AWS has taken the launch. */
  launch(
    command: readonly string[],
    request?: Partial<LaunchRequest> & { whenDone?: "terminate" | "keep" },
  ): Promise<string>;
  inside(instanceId: string, script: string): Promise<ProgramResult>;
  /** Waits for a tag of the instance, and returns its value. */
  untilTag(instanceId: string, key: string, wanted: RegExp): Promise<string>;
  untilState(instanceId: string, wanted: string): Promise<void>;
  untilOff(instanceId: string): Promise<string>;
  stateOf(volumeId: string): Promise<string | undefined>;
}

/** A local cloud with real machines and an account that is set up: what boots runs the real agent. */
export async function agentCloud(t: TestContext): Promise<AgentCloud> {
  const stateDirectory = await mkdtemp(join(tmpdir(), "runctl-agent-"));
  const cloud = await startTestCloud(t, { backend: "kernel", stateDirectory });
  // After the cloud has let go of what is mounted in there.
  t.after(() => rm(stateDirectory, { recursive: true, force: true }));
  const aws = connect(cloud.connectOptions);
  const access = { reads: [], writes: [], kmsKeys: [] };
  const { bucket } = await setUpAccount(aws, { access }, quiet);
  let launches = 0;

  const untilTag: AgentCloud["untilTag"] = async (instanceId, key, wanted) => {
    for (const end = Date.now() + 240_000; ; await delay(250)) {
      const instance = await findInstance(aws, instanceId);
      const value = instance?.tags[key] ?? "";
      if (wanted.test(value)) return value;
      if (Date.now() > end)
        throw new Error(
          `${key} is '${value}' after 240 s: ${await consoleOutput(aws, instanceId)}`,
        );
    }
  };

  return {
    ...cloud,
    stateDirectory,
    aws,
    bucket,
    async launch(command, { whenDone = "terminate", ...request } = {}) {
      launches += 1;
      const work = { kind: "command", command: [...command], environment: {}, asRoot: false };
      const { instanceId } = await launchInstance(
        aws,
        {
          op: `test-${launches}`,
          work: { ...work, kind: "command", whenDone },
          volumes: [],
          spot: true,
          pollMs: 500,
          ...request,
        },
        quiet,
      );
      return instanceId;
    },
    inside: (instanceId, script) => runInside(stateDirectory, instanceId, script),
    untilTag,
    async untilState(instanceId, wanted) {
      await untilTag(instanceId, tagKeys.state, new RegExp(`^${wanted}$`));
    },
    async untilOff(instanceId) {
      for (const end = Date.now() + 240_000; ; await delay(250)) {
        const state = (await findInstance(aws, instanceId))?.state;
        if (state === "terminated") return consoleOutput(aws, instanceId);
        if (Date.now() > end) {
          const output = await consoleOutput(aws, instanceId);
          throw new Error(`${instanceId} is ${state} after 240 s: ${output}`);
        }
      }
    },
    stateOf: async (volumeId) => (await findVolumeById(aws, volumeId))?.state,
  };
}
