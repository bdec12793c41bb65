import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdviceOutput } from "../../src/cli/commands/cost/advice-output.ts";
import { commandLine } from "../support/command-line.ts";
import { startTestCloud } from "../support/local-cloud.ts";
import { irishPrices, startPriceList } from "../support/price-list.ts";

const job = ["cost", "advise", "--dataset", "100GB", "--instance-type", "c5.2xlarge"];

test("with --live the machine's price is what EC2 asks now, and the answer says of when", async (t) => {
  const { stateDirectory } = await startTestCloud(t);
  const cli = await commandLine(t);
  const place = ["--local", "--state-dir", stateDirectory, "--output", "json"];

  const { exitCode, stdout, stderr } = await cli.run([...job, "--live", ...place]);

  assert.equal(exitCode, 0, stderr);
  const { items } = JSON.parse(stdout) as { items: AdviceOutput[] };
  assert.match(items[0]!.prices.machineOrigin, /^DescribeSpotPriceHistory, \d{4}-\d\d-\d\d/);
  assert.deepEqual(items[0]!.prices.notAsked, [
    "list prices are the tables': the local cloud has no price list",
  ]);
});

const account = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
const live = ["--live", "--on-demand", "--restarts", "30/month", "--output", "json"];

test("with --live the price list prices a region that the table does not have, and each row says from where", async (t) => {
  const { url } = await startPriceList(t, irishPrices());
  const cli = await commandLine(t, account);

  const words = [...job, ...live, "--region", "eu-west-1", "--endpoint-url", url];
  const { exitCode, stdout, stderr } = await cli.run([...words, "--price", "s3Get=0.000001"]);

  assert.equal(exitCode, 0, stderr);
  const [advice] = (JSON.parse(stdout) as { items: AdviceOutput[] }).items;
  const { machineOrigin, storage, notAsked } = advice!.prices;
  assert.equal(machineOrigin, "on demand: Price List API, published 2026-11-18");
  assert.deepEqual(notAsked, []);
  const rows = new Map(storage.map(({ name, usd, origin }) => [name, { usd, origin }]));
  const origin = "live: Price List API, published 2026-11-18";
  assert.deepEqual(rows.get("gp3GiBMonth"), { usd: 0.088, origin });
  assert.deepEqual(rows.get("s3Get"), { usd: 0.000001, origin: "--price" });
  assert.equal(rows.get("cloneGiB")?.usd, null);
  assert.match(rows.get("cloneGiB")!.origin, /; not live: AWS documents no usage type for it$/);
  const warm = advice!.plans.find(({ id }) => id === "ebs-one-zone");
  assert.equal(warm?.fixedUsdPerMonth, warm!.volume!.sizeGiB * 0.088);
  assert.equal(advice!.computeUsdPerMonth, 300 * 0.384);
});

test("a price list that may not be read, or is not there, is told in one line, and the tables hold", async (t) => {
  const refusal = { code: "AccessDeniedException", message: "no permission" };
  const { url } = await startPriceList(t, [], refusal);
  const cli = await commandLine(t, account);
  const outcomes = {
    [url]: "pricing:GetProducts: no permission (AccessDeniedException)",
    "http://127.0.0.1:1":
      "pricing:GetProducts: AWS cannot be reached: connect ECONNREFUSED 127.0.0.1:1",
  };
  for (const [endpoint, why] of Object.entries(outcomes)) {
    const place = ["--region", "us-east-1", "--endpoint-url", endpoint];
    const { stdout, stderr } = await cli.run([...job, ...live, ...place]);
    assert.equal(stderr.trim(), `us-east-1: list prices are the tables': ${why}`);
    const { items } = JSON.parse(stdout) as { items: AdviceOutput[] };
    const { notAsked, storage } = items[0]!.prices;
    assert.deepEqual(notAsked, [`list prices are the tables': ${why}`]);
    assert.match(storage.find(({ name }) => name === "gp3GiBMonth")!.origin, /^table: /);
  }
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
    /about 8\.00 USD a month on AWS, nothing in the local cloud; a spot notice leaves 80 s to save: at most 10\.5 GB\n/,
  );
});
