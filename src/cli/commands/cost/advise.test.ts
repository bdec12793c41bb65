import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readLine, runAdvise } from "../../../../test/support/run-advise.ts";
import { storagePrices } from "../../../facts/storage-prices.ts";

const small = "--dataset 150GB --restarts 30/month --instance-type g5.xlarge";

test("the answer names each plan once, its prices' date, and where every number comes from", async () => {
  const { items, text } = await runAdvise(small);
  const [advice] = items;
  const names = [advice!.plans, advice!.unpriced, advice!.undecided, advice!.impossible].flatMap(
    (list) => list.map(({ plan }) => plan),
  );
  assert.equal(new Set(names).size, 12);
  assert.equal(names.length, 12);
  const { asOf } = storagePrices.gp3GiBMonth;
  assert.match(text, new RegExp(`gp3GiBMonth +0.08 +GiB-month +table: .*, standing ${asOf}\n`));
  assert.match(text, /s3Get +0.0000004 +GET +table: /);
  assert.match(text, /cloneGiB +unknown +GiB copied by CopyVolumes +no sure source: /);
  assert.match(text, /prices of machines: spot, SkyPilot catalog v8 of \d{4}-\d\d-\d\d/);
  for (const { origin } of advice!.assumptions) assert.notEqual(origin, "");
});

/** Jobs whose first plans are of every kind that runctl has commands for. */
const winners: Readonly<Record<string, string>> = {
  "s3-nvme": small,
  "s3-gp3": "--dataset 10GB --restarts 30/month --instance-type c5.2xlarge",
  "s3-stream": `${small} --ingest 10MB/s --passes 4`,
  "ebs-one-zone": `${small} --on-demand --delay-value 50`,
  "ebs-zones": "--dataset 1TB --restarts 60/month --instance-type g5.xlarge --delay-value 90",
};
for (const [id, flags] of Object.entries(winners)) {
  test(`the command lines for ${id} are ones that runctl reads`, async () => {
    const [advice] = (await runAdvise(flags)).items;
    assert.equal(advice!.plans[0]?.id, id);
    assert.ok(advice!.commands.length > 0);
    for (const line of advice!.commands) await readLine(line.replace(/^runctl /, ""));
  });
}

test("the volume that is to be created has the type and performance that the plan was priced with", async () => {
  const [advice] = (await runAdvise(`${winners["ebs-one-zone"]} --throughput 600`)).items;
  const ebs = advice!.plans.find(({ id }) => id === "ebs-one-zone")!;
  assert.equal(ebs.volume!.throughputMiBps, 600);
  const [create] = advice!.commands;
  const { input } = await readLine(create!.replace(/^runctl /, ""));
  assert.equal(input["throughput"], 600);
  assert.equal(input["size"], ebs.volume!.sizeGiB);
});

test("no command is given for a temporary volume that a launch would make slower than it was priced", async () => {
  const paid = `${winners["s3-gp3"]} --throughput 500`;
  const { items, text } = await runAdvise(paid);
  assert.equal(items[0]!.plans[0]?.id, "s3-gp3");
  assert.deepEqual(items[0]!.commands, []);
  assert.match(text, /runctl has no command for 'S3 copy to a temporary gp3' with this volume yet/);
});

test("a price that is given makes an unpriced plan a ranked one", async () => {
  const before = (await runAdvise(small)).items[0]!;
  assert.ok(before.unpriced.some(({ id }) => id === "clone"));
  const after = (await runAdvise(`${small} --price cloneGiB=0.0008`)).items[0]!;
  assert.ok(after.plans.some(({ id }) => id === "clone"));
  assert.deepEqual(after.prices.given, { cloneGiB: 0.0008 });
  await assert.rejects(runAdvise(`${small} --price clonGiB=1`), { code: "USAGE" });
});

test("in a region without prices nothing is guessed", async () => {
  await assert.rejects(runAdvise(`${small} --in-region eu-west-1`), { code: "USAGE" });
  const { items, text } = await runAdvise(`${small} --in-region eu-west-1 --price-per-hour 0.5`);
  assert.deepEqual(items[0]!.plans, []);
  assert.match(text, /^g5.xlarge in eu-west-1: no plan has a price/);
  assert.match(text, /gp3GiBMonth +unknown +GiB-month +the table has no prices of eu-west-1\n/);
  const { text: full } = await runAdvise(
    "--dataset 1TB --instance-type p4d.24xlarge --checkpoint 80GB --in-region eu-west-1 --price-per-hour 9",
  );
  assert.match(
    full,
    /it fits with --throughput 954 --iops 3816, at a price that is not known here/,
  );
});

test("several types and regions are answered one after the other", async () => {
  const { items } = await runAdvise(
    "--dataset 1TB --instance-type g5.xlarge --instance-type p4d.24xlarge --in-region us-east-1 --in-region us-west-2",
  );
  assert.deepEqual(
    items.map(({ instanceType, region }) => `${instanceType} ${region}`),
    [
      "g5.xlarge us-east-1",
      "p4d.24xlarge us-east-1",
      "g5.xlarge us-west-2",
      "p4d.24xlarge us-west-2",
    ],
  );
});

const refused = {
  "--instance-type g5.xlarge": /--dataset is missing/,
  "--dataset 500 --restarts 30/month": /'500' has no unit/,
  "--dataset 0GB": /has to be more than 0/,
  "--dataset 1GB --instance-type x99.large":
    /nothing is known about instance type|no price is known/,
  "--dataset 1GB --bytes-per-step 1MB": /--step-time is missing/,
  "--dataset 1GB --ingest 1MB/s --step-time 1s": /--ingest says what/,
  "--dataset 1GB --deadline 60h": /--deadline and --work belong together/,
  "--dataset 1GB --deadline 60h --work 61h": /the work of 61 h is longer/,
  "--dataset 1GB --zones 0": /zones/,
  "--dataset 1GB --nodes 0": /nodes/,
  "--dataset 1GB --hours 0": /hours/,
  "--dataset 1GB --s3-rate 0MB/s": /has to be more than 0/,
  "--dataset 1GB --hours 1000": /--hours 1000 are more than a month has/,
  "--dataset 1GB --zones 9": /--zones 9 are more than us-east-1 has/,
  "--dataset 1GB --throughput 5000": /--throughput 5000 is not one of gp3/,
  "--dataset 1GB --throughput 50": /--throughput 50 is not one of gp3/,
  "--dataset 1GB --volume-type st1 --throughput 500": /cannot be chosen for st1/,
};
for (const [flags, message] of Object.entries(refused)) {
  test(`is refused: cost advise ${flags}`, async () => {
    await assert.rejects(runAdvise(flags), (error: Error) => message.test(error.message));
  });
}

test("the notice: a checkpoint that does not fit gets the cheapest throughput that makes it fit", async () => {
  const job = "--dataset 500GB --instance-type p4d.24xlarge --restarts 30/month";
  const { items, text } = await runAdvise(`${job} --checkpoint 80GB`);
  const { notice } = items[0]!;
  assert.equal(notice!.fits, "no");
  assert.deepEqual(notice!.throughput?.miBps, 954);
  assert.match(text, /a checkpoint of 80 GB does not fit/);
  // 829 MiB/s above the free ones at 0.04, and 816 operations at 0.005.
  assert.match(text, /it fits with --throughput 954 --iops 3816, 37.24 USD a month more\n/);
  assert.equal((await runAdvise(`${job} --checkpoint 10GB`)).items[0]!.notice!.fits, "surely");
});

test("the notice: a grace that leaves no time is told, and not blamed on the volume", async () => {
  const { text } = await runAdvise(`${small} --checkpoint 1GB --grace 1s`);
  assert.match(text, /--grace leaves no time to save/);
  assert.doesNotMatch(text, /no gp3 makes it fit/);
});

test("a trace of the user's own takes the place of the old probes", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "runctl-advise-"));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, "trace.csv");
  // Two zones over 100 hours: one loses its capacity for 2 of every 10 hours, the other never.
  const hours = Array.from({ length: 100 }, (_, hour) => hour);
  const rows = hours.flatMap((hour) => [
    `${hour * 3_600},us-east-1a,${hour % 10 < 8 ? 1 : 0}`,
    `${hour * 3_600},us-east-1b,1`,
  ]);
  await writeFile(file, ["time,zone,available", ...rows].join("\n"));
  const { items } = await runAdvise(
    `--dataset 100GB --hours 360 --instance-type g5.xlarge --trace ${file}`,
  );
  const warm = items[0]!.plans.find(({ id }) => id === "ebs-one-zone")!;
  const copy = items[0]!.plans.find(({ id }) => id === "s3-nvme")!;
  assert.equal(warm.waitHours, 2);
  assert.equal(copy.waitHours, 0);
  assert.match(items[0]!.prices.capacityOrigin, /trace\.csv/);
  await assert.rejects(runAdvise(`--dataset 1GB --trace ${directory}/none.csv`), {
    code: "NOT_FOUND",
  });
});
