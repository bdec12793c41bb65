// What it costs to start the CLI as it is published, in relation to `node -e 0`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildCli } from "../scripts/build.ts";
import { startCloudProcess } from "../test/support/cloud-process.ts";
import { costOf, rowsBeside } from "./measure.ts";

const main = await buildCli();
const stateDirectory = await mkdtemp(join(tmpdir(), "runctl-bench-"));
// A process of its own: this one stands still while it measures.
const cloud = await startCloudProcess(stateDirectory);
try {
  const node = process.execPath;
  const env = { ...process.env, NODE_COMPILE_CACHE: join(stateDirectory, "compile-cache") };
  const list = [node, main, "aws", "ebs", "list", "--local", "--state-dir", stateDirectory];
  const cost = costOf(
    { "node -e 0": [node, "-e", "0"], "--help": [node, main, "--help"], "ebs list": list },
    { env },
  );
  const bare = cost["node -e 0"]!;
  const results = rowsBeside(cost, bare);
  const goals = { "--help": "at most 2 times node -e 0" };
  process.stdout.write(
    `${JSON.stringify({ benchmark: "cli-start", goals, results }, undefined, 2)}\n`,
  );
} finally {
  await cloud.stop();
  await rm(stateDirectory, { recursive: true });
}
