import assert from "node:assert/strict";
import { test } from "node:test";
import {
  irishMachine,
  irishPrices,
  type PriceDocument,
  startPriceList,
} from "../../test/support/price-list.ts";
import { connect } from "./connect.ts";
import { listedInstancePrice, listedStoragePrices } from "./listed-prices.ts";

const connection = (endpointUrl: string) =>
  connect({
    region: "eu-west-1",
    endpointUrl,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    maxAttempts: 1,
  });

test("the price list is read page by page: volumes, operations, throughput, snapshots and S3 of a region", async (t) => {
  const { url, questions, authorizations } = await startPriceList(t, irishPrices());

  const prices = await listedStoragePrices(connection(url), "eu-west-1");

  const usd = Object.fromEntries([...prices].map(([key, price]) => [key, price.usd]));
  assert.deepEqual(usd, {
    gp3GiBMonth: 0.088,
    gp3IopsMonth: 0.0055,
    gp3MiBpsMonth: 0.044,
    gp2GiBMonth: undefined,
    io2GiBMonth: 0.138,
    io2IopsMonth: 0.072,
    io2IopsMonthAbove32000: 0.0504,
    io2IopsMonthAbove64000: 0.03528,
    io1GiBMonth: undefined,
    io1IopsMonth: undefined,
    st1GiBMonth: 0.05,
    sc1GiBMonth: 0.0168,
    standardGiBMonth: undefined,
    snapshotGiBMonth: 0.05,
    fastRestoreZoneHour: 0.825,
    s3StandardGiBMonth: 0.023,
    s3Get: 4e-7,
    expressGiBMonth: undefined,
    expressGet: undefined,
  });
  assert.equal(prices.get("gp2GiBMonth")?.why, "not in the price list");
  assert.ok(questions.some(({ NextToken }) => NextToken === "2"));
  // Signed for the region of the price list's endpoint, whatever region is asked about.
  for (const authorization of authorizations)
    assert.match(authorization, /\/us-east-1\/pricing\/aws4_request/);
});

test("what belongs to a local zone, an outpost or another service is not the region's price", async (t) => {
  const [gp3] = irishPrices();
  const { attributes } = gp3!.product;
  const other = (changes: Record<string, string>, usd: string): PriceDocument => {
    const copy = JSON.parse(JSON.stringify(gp3).replaceAll("0.0880000000", usd)) as PriceDocument;
    copy.product.attributes = { ...attributes, ...changes };
    return copy;
  };
  const { url } = await startPriceList(t, [
    gp3!,
    other({ locationType: "AWS Local Zone" }, "0.1"),
    other({ usagetype: "EU-DUB1-EBS:VolumeUsage.gp3" }, "0.2"),
    other({ usagetype: "EU-EBS:VolumeUsage.gp3.outposts" }, "0.3"),
    other({ servicecode: "AmazonECS" }, "0.4"),
  ]);

  const prices = await listedStoragePrices(connection(url), "eu-west-1");

  assert.equal(prices.get("gp3GiBMonth")?.usd, 0.088);
});

test("a machine's price is that of Linux on demand, and no capacity block's or reservation's", async (t) => {
  const { url } = await startPriceList(t, [
    irishMachine("c5.2xlarge", "0.3840000000"),
    irishMachine("c5.2xlarge", "0.0000000000", "Reservation"),
    irishMachine("c5.2xlarge", "0.1000000000", "UnusedBox"),
  ]);
  const aws = connection(url);

  assert.equal((await listedInstancePrice(aws, "eu-west-1", "c5.2xlarge")).usd, 0.384);
  assert.equal(
    (await listedInstancePrice(aws, "eu-west-1", "p6.48xlarge")).why,
    "not in the price list",
  );
});

test("a refusal of the price list names the action that was not allowed", async (t) => {
  const refusal = { code: "AccessDeniedException", message: "not authorized" };
  const { url } = await startPriceList(t, [], refusal);

  await assert.rejects(listedStoragePrices(connection(url), "eu-west-1"), {
    code: "PERMISSION_DENIED",
    message: /^pricing:GetProducts: not authorized/,
  });
});
