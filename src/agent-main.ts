import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { Agent } from "./agent/agent.ts";
import { agentLog } from "./agent/agent-log.ts";
import { agentPaths } from "./agent/agent-paths.ts";
import { downloadForCommand } from "./agent/download-for-command.ts";
import { startHangGuard } from "./agent/hang-guard.ts";
import { imdsClient } from "./aws/imds.ts";
import { findLoginUser } from "./agent/login-user.ts";
import { runAgent } from "./agent/run-agent.ts";
import { tagReporter } from "./agent/tag-reporter.ts";
import { connect } from "./aws/connect.ts";
import { systemClock as clock } from "./clock.ts";
import { parseLaunchSpec } from "./launch-spec.ts";
import { retry } from "./retry.ts";
import { tagKeys } from "./tags.ts";
import type { ThreadSettings } from "./transfer/threads/range-order.ts";
import { serveRanges } from "./transfer/threads/serve-ranges.ts";

// The program on the instance, and of its further threads, as it is one file. `node agent.mjs /opt/runctl/spec.json` is the agent, started again when it ends;
// `node agent.mjs download s3://bucket/prefix/ DIR` is for the command that runs there.
const [word, ...words] = process.argv.slice(2);
if (!isMainThread) serveRanges(parentPort!, workerData as ThreadSettings);
else if (word === "download") await download(words);
else await beTheAgent(word ?? "/opt/runctl/spec.json");

async function download([source, directory]: readonly string[]): Promise<void> {
  const region = process.env["AWS_REGION"];
  if (!source || !directory || !region) {
    process.stderr.write("usage: AWS_REGION=… node agent.mjs download s3://BUCKET/PREFIX/ DIR\n");
    process.exitCode = 2;
    return;
  }
  const { objects, seconds } = await downloadForCommand(connectFromHere(region), source, directory);
  process.stderr.write(`${objects} objects in ${seconds.toFixed(1)} s\n`);
}

async function beTheAgent(specFile: string): Promise<void> {
  const terminated = new AbortController();
  process.on("SIGTERM", () => terminated.abort(new Error("the machine shuts down")));

  const spec = parseLaunchSpec(readFileSync(specFile, "utf8"));
  const metadata = process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
  const imds = imdsClient(metadata ? { endpoint: metadata } : {});
  const instanceId = await retry(() => imds.read("meta-data/instance-id"), {
    deadlineMs: 120_000,
    shouldRetry: () => true,
  });
  if (!instanceId) throw new Error("the instance metadata have no instance id");

  const aws = connectFromHere(spec.region);
  const paths = agentPaths(instanceId);
  mkdirSync(paths.run, { recursive: true });
  startHangGuard({ ...paths, hungAfterSeconds: spec.hungAfterSeconds ?? 60 }, terminated.signal);
  const log = agentLog(paths.agentLog, clock);
  const reporter = tagReporter(aws, instanceId, log, (tags) => {
    const state = tags[tagKeys.state];
    // The boot script's dead man's switch waits for this file.
    if (state === "mounting" || state === "running") writeFileSync(paths.reported, state);
  });
  const user = await findLoginUser();
  const agent: Agent = { spec, instanceId, aws, imds, paths, log, reporter, user, clock };

  await runAgent(agent, terminated.signal);
  // Systemd would start it again: it waits for the machine's end.
  if (!terminated.signal.aborted) await clock.sleep(2 ** 31 - 1, terminated.signal).catch(() => 0);
  process.exit(0);
}

/**
 * Credentials are those of the instance role, from IMDS. Nobody types the agent's work again, so its calls
 * outlast two minutes without AWS.
 */
function connectFromHere(region: string) {
  const endpointUrl = process.env["AWS_ENDPOINT_URL"];
  return connect({
    region,
    ...(endpointUrl ? { endpointUrl } : {}),
    maxAttempts: 10,
    outlastMs: 120_000,
  });
}
