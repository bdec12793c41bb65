import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runSimulate } from "../../../../test/support/run-simulate.ts";

/** One zone: two hours up, one down, again and again; twelve days. */
const trace = {
  meta: { gap_seconds: 3600, on_demand_usd_h: 3 },
  zones: {
    "us-east-1a": {
      first: 1,
      runs: Array.from({ length: 192 }, (_, at) => (at % 2 === 0 ? 2 : 1)),
      price_values: [1],
      price_runs: [288],
    },
    "us-east-1b": {
      first: 0,
      runs: Array.from({ length: 192 }, (_, at) => (at % 2 === 0 ? 2 : 1)),
      price_values: [1],
      price_runs: [288],
    },
    "eu-west-1a": { first: 1, runs: [288], price_values: [0.5], price_runs: [288] },
  },
};

async function file(t: TestContext, name: string, content: unknown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-simulate-"));
  t.after(() => rm(directory, { recursive: true }));
  const path = join(directory, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

test("a trace is replayed within one region, and every number says where it comes from", async (t) => {
  const path = await file(t, "trace.json", trace);
  const { output, text } = await runSimulate(
    `--trace ${path} --work 4h --jobs 20 --region us-east-1`,
  );
  assert.deepEqual(output.zones, ["us-east-1a", "us-east-1b"]);
  const [follows, bound] = output.cases;
  assert.ok(follows!.makespanHours.mean < bound!.makespanHours.mean);
  for (const { what, value, origin } of output.assumptions)
    assert.ok(what !== "" && value !== "" && origin !== "", what);
  assert.match(text, /sha256 [0-9a-f]{16}/);
  assert.match(text, /Against follows capacity/);
});

test("by the rules of papers one job that starts at a given time can be done by hand", async (t) => {
  const path = await file(t, "trace.json", trace);
  const line = `--trace ${path} --zone us-east-1a --start 3h --work 3h --deadline 20h --changeover 0s --as-papers --policy greedy`;
  const { output } = await runSimulate(line);
  // Two hours, one away, one hour; at 1 USD.
  assert.equal(output.cases[0]!.costUsd.mean, 3);
  assert.equal(output.cases[0]!.makespanHours.mean, 4);
  assert.equal(output.cases[0]!.costUsd.interval, undefined);
  assert.ok(Math.abs(output.lowerBound!.costUsd - 3) < 1e-6);
});

const near = (value: number, minutes: number, what: string) =>
  assert.ok(Math.abs(value * 60 - minutes) < 1e-6, `${what}: ${value * 60}, not ${minutes}`);

test("by the rules of AWS a job that is lost once can be done by hand: what it pays, loads, loses and waits", async (t) => {
  const up = { price_values: [1], price_runs: [100] };
  const zones = {
    "us-east-1a": { first: 1, runs: [3, 97], ...up },
    "us-east-1b": { first: 0, runs: [4, 96], ...up },
  };
  const path = await file(t, "trace.json", { meta: { ...trace.meta, gap_seconds: 1800 }, zones });
  const { output } = await runSimulate(
    `--trace ${path} --home us-east-1a --start 0s --work 3h --checkpoints 30m --save-time 60s --notice-success 0`,
  );
  const [job] = output.cases;
  // Half a minute to a machine, ready after 12; lost at 90 after 78 of training: two times 30 and a save, 16 not saved.
  near(job!.lostWorkHours, 16, "lost");
  // Capacity at 120, ready at 132; 120 minutes of work and four saves.
  near(job!.makespanHours.mean, 132 + 124, "done");
  near(job!.waitingHours, 30 + 2 * 0.5, "waits");
  near(job!.loadingHours, 2 * 11.5, "loads");
  // At 1 USD an hour, from running machines on.
  near(job!.costUsd.mean, 89.5 + 135.5, "cost");
});

test("storage plans of the advisor are compared, and one that cannot be done is refused when it was asked for", async () => {
  const few = "--replicas 3 --jobs 4 --deadline 60h --region us-west-2";
  const { output } = await runSimulate(`--dataset 150GB --instance-type g5.xlarge ${few}`);
  const names = output.cases.map(({ name }) => name);
  assert.ok(
    names.some((name) => name.startsWith("S3 copy to NVMe")),
    names.join(),
  );
  assert.ok(names.some((name) => name.startsWith("EBS warm, one zone")));
  // A copy in every zone of the market, and each number that a plan rests on is listed.
  assert.ok(names.includes("EBS copies in 3 zones"), names.join());
  const listed = output.assumptions.map(({ what }) => what);
  for (const what of ["dataset", "objects", "S3 to a machine", "attach and mount", ...names])
    assert.ok(listed.includes(what), `${what} is not among ${listed.join()}`);
  await assert.rejects(
    runSimulate(`--dataset 150GB --instance-type c5.2xlarge --plan s3-nvme ${few}`),
    { code: "USAGE", message: /s3-nvme cannot be done/ },
  );
});

test("copies in some zones are compared with copies in all, and cost what they are many", async () => {
  const line =
    "--replicas 2 --jobs 4 --deadline 60h --region us-east-1 --dataset 150GB --instance-type g5.xlarge --plan ebs-zones --plan hybrid --copies 2 --copies 3";
  const { output } = await runSimulate(line);
  assert.deepEqual(
    output.cases.map(({ name }) => name),
    [
      "EBS copies in 2 zones",
      "EBS copies in 3 zones",
      "EBS in 2 zones, S3 elsewhere",
      "EBS in 3 zones, S3 elsewhere",
    ],
  );
  const [two, three, hybrid] = output.cases;
  assert.ok(two!.waitingHours >= three!.waitingHours);
  assert.ok(two!.waitingHours > hybrid!.waitingHours);
  const standing = (name: string) => {
    const value = output.assumptions.find(({ what }) => what === name)?.value ?? "";
    return Number(/([\d.]+) USD\/h standing/.exec(value)?.[1]);
  };
  const volume = standing("EBS copies in 3 zones") - standing("EBS copies in 2 zones");
  // 147 GiB of gp3 at 0.08 USD for 730 hours.
  assert.equal(volume.toFixed(4), ((147 * 0.08) / 730).toFixed(4));
});

test("policies, placements and checkpoints multiply into cases", async () => {
  const line =
    "--replicas 2 --jobs 2 --deadline 60h --instance-type g5.xlarge --policy greedy --policy on-demand --checkpoints 15m --checkpoints daly";
  const { output } = await runSimulate(line);
  assert.equal(output.cases.length, 8);
  assert.ok(output.cases.some(({ name }) => name === "follows capacity, greedy, every 15 min"));
});

test("a fleet that shares a small pool pays more than one that has room", async () => {
  const line =
    "--replicas 2 --jobs 2 --deadline 60h --instance-type g5.xlarge --fleet 60 --pool-depth 2";
  const { fleet } = (await runSimulate(line)).output;
  assert.ok(fleet!.shared.costUsd.mean > fleet!.unlimited.costUsd.mean);
  assert.equal(fleet!.shared.lateShare, 0);
});

test("a fleet that restores snapshots waits for what the region makes at once, and one with copies does not", async () => {
  const line =
    "--replicas 2 --jobs 2 --deadline 60h --instance-type g5.xlarge --dataset 500GB --ingest 1GB/s --fleet 100 --region us-west-2";
  const snapshots = (await runSimulate(`${line} --plan snapshot-rate`)).output.fleet!;
  assert.equal(snapshots.restoresAtOnce, 16);
  assert.ok(snapshots.shared.restoreWaitHours > 0.1);
  assert.equal(snapshots.unlimited.restoreWaitHours, 0);
  const copies = `${line} --plan ebs-zones --copies 2`;
  await assert.rejects(runSimulate(copies), { code: "USAGE", message: /in which zones/ });
  const { fleet } = (await runSimulate(`${copies} --home us-west-2b`)).output;
  assert.deepEqual([fleet!.restoresAtOnce, fleet!.shared.restoreWaitHours], [null, 0]);
  await assert.rejects(runSimulate(`${line} --policy value-of-progress`), {
    code: "USAGE",
    message: /no fleet follows value-of-progress/,
  });
});

test("break-evens are told with their intervals, in words and as data", async () => {
  const line =
    "--replicas 6 --jobs 3 --work 24h --region us-east-1 --instance-type p4d.24xlarge --dataset 500GB --s3-rate 250MB/s --plan s3-nvme --plan ebs-zones --break-even";
  const { output, text } = await runSimulate(line);
  const { pairs, range, interruptions } = output.breakEven!;
  assert.equal(pairs.length, 1);
  const [pair] = pairs;
  assert.equal(pair!.cheaperBelow, "S3 copy to NVMe");
  assert.ok(pair!.interruptions! > range[0] && pair!.interruptions! < interruptions);
  assert.match(text, /S3 copy to NVMe and EBS copies in 4 zones: cross at [\d.]+ \[/);
  const plain = await runSimulate("--replicas 1 --jobs 1 --instance-type g5.xlarge");
  assert.equal(plain.output.breakEven, null);
});

test("the report is written where it was asked for", async (t) => {
  const page = await file(t, "out.html", "");
  const { output } = await runSimulate(
    `--replicas 2 --jobs 3 --instance-type g5.xlarge --report ${page}`,
  );
  assert.equal(output.report, page);
  assert.match(await readFile(page, "utf8"), /^<!doctype html>/);
  await rm(page);
  const dry = await runSimulate(
    `--replicas 1 --jobs 1 --instance-type g5.xlarge --report ${page} --dry-run`,
  );
  assert.equal(dry.output.report, null);
  assert.equal(existsSync(page), false, "--dry-run writes nothing");
  await assert.rejects(
    runSimulate(`--replicas 1 --jobs 1 --instance-type g5.xlarge --report /nowhere/out.html`),
    {
      code: "OPERATION_FAILED",
    },
  );
});

const few = "--replicas 1 --jobs 1 --instance-type g5.xlarge";
const refused: Array<[line: string, error: { code: string; message: RegExp }]> = [
  ["--trace /nowhere.json", { code: "NOT_FOUND", message: /\/nowhere\.json/ }],
  [
    `${few} --work 10h --deadline 5h`,
    { code: "USAGE", message: /^the work of 10 h is longer than the deadline of 5 h$/ },
  ],
  [`${few} --policy greedy`, { code: "USAGE", message: /greedy needs a deadline/ }],
  [`${few} --plan hybrid`, { code: "USAGE", message: /how large the dataset is/ }],
  [`${few} --as-papers`, { code: "USAGE", message: /ticks of a trace/ }],
  [`${few} --home us-east-1z`, { code: "USAGE", message: /no zone us-east-1z/ }],
  [`${few} --zone us-east-1z`, { code: "USAGE", message: /us-east-1z/ }],
  [`${few} --dataset 1GB --copies 9`, { code: "USAGE", message: /no 9 zones/ }],
  [`${few} --copies 2`, { code: "USAGE", message: /--copies needs to know/ }],
  [`${few} --dataset 1GB --plan ebs-zones --copies 1`, { code: "USAGE", message: /one zone/ }],
  [`${few} --quota 5`, { code: "USAGE", message: /no fleet/ }],
  [`--replicas 1 --jobs 0 --instance-type g5.xlarge`, { code: "USAGE", message: /--jobs: '0'/ }],
  [`${few} --deadline 9999999h`, { code: "USAGE", message: /--deadline is longer than a year/ }],
  [`${few} --work 9000h`, { code: "USAGE", message: /--work is longer than a year/ }],
  [`${few} --fleet 5 --arrivals 9000h`, { code: "USAGE", message: /--arrivals is longer/ }],
  [`${few} --checkpoints 0m`, { code: "USAGE", message: /'0m' has to be more than 0/ }],
  [`${few} --fleet 5 --pool-depth 0`, { code: "USAGE", message: /--pool-depth: '0'/ }],
  [`${few} --break-even --zone us-east-1a`, { code: "USAGE", message: /breaks even with nothing/ }],
  [`${few} --replicas 9999999 --jobs 999`, { code: "USAGE", message: /more than fit/ }],
  [`${few} --work 0h`, { code: "USAGE", message: /--work/ }],
  [`${few} --nodes 0`, { code: "USAGE", message: /--nodes/ }],
  [
    `--instance-type x9.huge`,
    { code: "USAGE", message: /no on-demand price is known for x9\.huge/ },
  ],
];
for (const [line, error] of refused)
  test(`cost simulate refuses: ${line}`, async () => {
    await assert.rejects(runSimulate(line), error);
  });

test("what takes no time is no trap: saves, starts, one job of one history", async () => {
  const line = "--replicas 2 --jobs 2 --work 5h --instance-type g5.xlarge --dataset 1GB";
  const { output } = await runSimulate(
    `${line} --boot 10s --save-time 0s --checkpoints age-dependent --checkpoints daly --checkpoints young`,
  );
  for (const one of output.cases) {
    assert.ok(one.loadingHours >= 0 && one.lostWorkHours >= 0, one.name);
    assert.ok(one.costUsd.mean > 0 && one.costUsd.mean < 100);
  }
  const [launch] = output.assumptions.filter(({ what }) => /to a running machine/.test(what));
  assert.equal(launch?.value, "10 s");
});

test("a start after the end of a record is refused, and the hint about a sign names the flag", async (t) => {
  const path = await file(t, "trace.json", trace);
  await assert.rejects(runSimulate(`--trace ${path} --start 400h --work 1h`), {
    code: "USAGE",
    hint: "it is 288 h long",
  });
  const ticks = await file(t, "us-east-1a.json", { metadata: { gap_seconds: 600 }, data: [1, 0] });
  const line = `--trace ${ticks} --work 1h --instance-type g5.xlarge`;
  const refusal = await runSimulate(line).catch((error: unknown) => error as { hint: string });
  const [flag] = /--[a-z-]+ available/.exec((refusal as { hint: string }).hint)!;
  assert.ok(await runSimulate(`${line} ${flag}`));
});

test("few jobs on a long record have an interval of the pieces that they saw", async (t) => {
  const path = await file(t, "trace.json", trace);
  const { output } = await runSimulate(`--trace ${path} --work 1h --jobs 2 --region us-east-1`);
  assert.ok(output.effectiveSamples <= 2);
  for (const { costUsd, makespanHours } of output.cases)
    for (const { interval = [0, 0] } of [costUsd, makespanHours])
      assert.ok(interval.every(Number.isFinite));
});

test("a slip in the name of an instance type is told as such", async () => {
  const line = "--dataset 1GB --instance-type g5.xlrge --deadline 60h --region us-west-2";
  await assert.rejects(runSimulate(line), { code: "USAGE", hint: "did you mean g5.xlarge?" });
});
