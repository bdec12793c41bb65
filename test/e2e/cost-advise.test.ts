import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdviceOutput } from "../../src/cli/commands/cost/advice-output.ts";
import { commandLine } from "../support/command-line.ts";
import { startTestCloud } from "../support/local-cloud.ts";

const job = ["cost", "advise", "--dataset", "100GB", "--instance-type", "c5.2xlarge"];

test("with --live the machine's price is what EC2 asks now, and the answer says of when", async (t) => {
  const { stateDirectory } = await startTestCloud(t);
  const cli = await commandLine(t);
  const place = ["--local", "--state-dir", stateDirectory, "--output", "json"];

  const { exitCode, stdout, stderr } = await cli.run([...job, "--live", ...place]);

  assert.equal(exitCode, 0, stderr);
  const { items } = JSON.parse(stdout) as { items: AdviceOutput[] };
  assert.match(items[0]!.prices.machineOrigin, /^DescribeSpotPriceHistory, \d{4}-\d\d-\d\d/);
});

test("without a terminal a dataset that is not told is missing, and nothing waits for an answer", async (t) => {
  const cli = await commandLine(t);
  const { exitCode, stderr } = await cli.run(["cost", "advise"]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--dataset is missing/);
});

test("a volume that is made says in one line what it costs and what a notice leaves room for", async (t) => {
  const { stateDirectory } = await startTestCloud(t);
  const cli = await commandLine(t);
  const place = ["--local", "--state-dir", stateDirectory];

  const { stderr } = await cli.run([
    "aws",
    "ebs",
    "create",
    "--size",
    "100",
    "--name",
    "ckpt",
    ...place,
  ]);

  assert.match(
    stderr,
    /about 8\.00 USD a month on AWS, nothing in the local cloud; a notice leaves 80 s: 10\.5 GB to it at most\n/,
  );
});
