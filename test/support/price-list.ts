import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** One step of a price. */
export interface Step {
  usd: string;
  unit: string;
  from?: string;
  to?: string;
}

interface Product {
  service?: string;
  family: string;
  attributes: Record<string, string>;
  steps: readonly Step[];
}

/**
 * A document of the price list, written from "Using the AWS Price List Query API" and "Reading the service price list
 * file for an AWS service" (AWS Billing user guide).
 */
export function priceDocument({ service = "AmazonEC2", family, attributes, steps }: Product) {
  const sku = "ABCDEFGH12345678";
  const offer = `${sku}.JRTCKXETXF`;
  const dimensions = steps.map(({ usd, unit, from = "0", to = "Inf" }, at) => {
    const rateCode = `${offer}.RATE${at}`;
    const dimension = {
      unit,
      endRange: to,
      description: `$${usd} per ${unit}`,
      appliesTo: [],
      rateCode,
      beginRange: from,
      pricePerUnit: { USD: usd },
    };
    return [rateCode, dimension];
  });
  return {
    product: {
      productFamily: family,
      attributes: { servicecode: service, locationType: "AWS Region", ...attributes },
      sku,
    },
    serviceCode: service,
    terms: {
      OnDemand: {
        [offer]: {
          priceDimensions: Object.fromEntries(dimensions) as object,
          sku,
          effectiveDate: "2026-11-01T00:00:00Z",
          offerTermCode: "JRTCKXETXF",
          termAttributes: {},
        },
      },
    },
    version: "20261118203110",
    publicationDate: "2026-11-18T20:31:10Z",
  };
}

export type PriceDocument = ReturnType<typeof priceDocument>;

interface Question {
  ServiceCode: string;
  Filters: Array<{ Type: string; Field: string; Value: string }>;
  NextToken?: string;
}

/** A server that answers GetProducts out of `documents`, two on a page, or with an error of `refusal`. */
export async function startPriceList(
  t: TestContext,
  documents: readonly unknown[],
  refusal?: { code: string; message: string },
) {
  const questions: Question[] = [];
  const authorizations: string[] = [];
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on("data", (piece: Buffer) => body.push(piece));
    request.on("end", () => {
      const question = JSON.parse(Buffer.concat(body).toString()) as Question;
      questions.push(question);
      authorizations.push(request.headers.authorization ?? "");
      const headers = { "content-type": "application/x-amz-json-1.1" };
      if (refusal) {
        const { code, message } = refusal;
        response.writeHead(400, headers).end(JSON.stringify({ __type: code, message }));
        return;
      }
      const from = Number(question.NextToken ?? 0);
      const matching = documents.filter((one) => matches(one, question));
      const more = matching.length > from + 2 ? { NextToken: String(from + 2) } : {};
      const page = matching.slice(from, from + 2).map((one) => JSON.stringify(one));
      response
        .writeHead(200, headers)
        .end(JSON.stringify({ FormatVersion: "aws_v1", PriceList: page, ...more }));
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, questions, authorizations };
}

function matches(document: unknown, { ServiceCode, Filters }: Question): boolean {
  const { product, serviceCode } = document as PriceDocument;
  const attributes: Record<string, string> = product.attributes;
  const has = ({ Field, Value }: Question["Filters"][number]) =>
    Field === "productFamily" ? product.productFamily === Value : attributes[Field] === Value;
  return serviceCode === ServiceCode && Filters.every(has);
}

const irish = (family: string, usage: string, steps: readonly Step[], service?: string) =>
  priceDocument({
    ...(service ? { service } : {}),
    family,
    attributes: { regionCode: "eu-west-1", usagetype: `EU-${usage}` },
    steps,
  });
const ebs = (usage: string, usd: string) =>
  irish("Storage", `EBS:VolumeUsage.${usage}`, [{ usd, unit: "GB-Mo" }]);
const iops = (usage: string, usd: string, from = "0") =>
  irish("System Operation", `EBS:VolumeP-IOPS.${usage}`, [{ usd, unit: "IOPS-Mo", from }]);

/** What the list might have of a region that the price table does not have. The prices are made up. */
export function irishPrices(): PriceDocument[] {
  return [
    ebs("gp3", "0.0880000000"),
    ebs("io2", "0.1380000000"),
    ebs("st1", "0.0500000000"),
    ebs("sc1", "0.0168000000"),
    iops("gp3", "0.0055000000", "3000"),
    iops("io2", "0.0720000000"),
    iops("io2.tier2", "0.0504000000"),
    iops("io2.tier3", "0.0352800000"),
    irish("Provisioned Throughput", "EBS:VolumeP-Throughput.gp3", [
      { usd: "45.0560000000", unit: "GiBps-mo" },
    ]),
    irish("Storage Snapshot", "EBS:SnapshotUsage", [{ usd: "0.0500000000", unit: "GB-Mo" }]),
    irish("Fast Snapshot Restore", "EBS:FastSnapshotRestore", [
      { usd: "0.8250000000", unit: "hours" },
    ]),
    irish(
      "Storage",
      "TimedStorage-ByteHrs",
      [
        { usd: "0.0230000000", unit: "GB-Mo", to: "51200" },
        { usd: "0.0220000000", unit: "GB-Mo", from: "51200", to: "512000" },
        { usd: "0.0210000000", unit: "GB-Mo", from: "512000" },
      ],
      "AmazonS3",
    ),
    irish("API Request", "Requests-Tier2", [{ usd: "0.0000004000", unit: "Requests" }], "AmazonS3"),
    irishMachine("c5.2xlarge", "0.3840000000"),
  ];
}

/** A machine on demand. */
export function irishMachine(instanceType: string, usd: string, usage = "BoxUsage"): PriceDocument {
  return priceDocument({
    family: "Compute Instance",
    attributes: {
      regionCode: "eu-west-1",
      usagetype: `EU-${usage}:${instanceType}`,
      instanceType,
      operatingSystem: "Linux",
      tenancy: "Shared",
      preInstalledSw: "NA",
      capacitystatus: "Used",
    },
    steps: [{ usd, unit: "Hrs" }],
  });
}
