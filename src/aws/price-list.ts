import * as z from "zod/mini";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { pages } from "./pages.ts";

type ServiceCode = "AmazonEC2" | "AmazonS3";

/** A document of the price list, whose price is not looked at yet. */
export interface ListedProduct {
  /** Such as `EU-EBS:VolumeUsage.gp3`: what a bill calls it, after the region's code. */
  usageType: string;
  attributes: Readonly<Record<string, string>>;
  document: unknown;
}

/**
 * Products of AWS's price list, by GetProducts ("Using the AWS Price List Query API", AWS Billing user guide).
 * Needs the permission pricing:GetProducts.
 *
 * @param filters attribute → value that it has to have
 */
export async function listProducts(
  aws: Aws,
  service: ServiceCode,
  filters: Readonly<Record<string, string>>,
): Promise<ListedProduct[]> {
  const { GetProductsCommand } = await import("./sdk/pricing.ts");
  const client = await aws.pricing();
  const products: ListedProduct[] = [];
  const all = pages((next) =>
    call("pricing:GetProducts", () =>
      client.send(
        new GetProductsCommand({
          ServiceCode: service,
          FormatVersion: "aws_v1",
          Filters: Object.entries(filters).map(([Field, Value]) => ({
            Type: "TERM_MATCH",
            Field,
            Value,
          })),
          ...next,
        }),
      ),
    ),
  );
  for await (const page of all) {
    products.push(...(page.PriceList ?? []).flatMap(readProduct));
  }
  return products;
}

const product = z.object({
  product: z.object({ attributes: z.record(z.string(), z.string()) }),
});

/** None of a document without attributes: nothing that is looked for is like that. */
export function readProduct(text: unknown): ListedProduct[] {
  const document = parseJson(text);
  const { success, data } = z.safeParse(product, document);
  if (!success) return [];
  const { attributes } = data.product;
  return [{ usageType: attributes["usagetype"] ?? "", attributes, document }];
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

const decimal = z.string().check(z.regex(/^\d+(\.\d+)?$/));

/** What is read of a document, as "Reading the service price list file for an AWS service" (AWS Billing user guide) describes it. */
const priced = z.object({
  publicationDate: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T/)),
  terms: z.object({
    OnDemand: z.record(
      z.string(),
      z.object({
        priceDimensions: z.record(
          z.string(),
          z.object({
            unit: z.string(),
            beginRange: decimal,
            endRange: z.union([decimal, z.literal("Inf")]),
            pricePerUnit: z.object({ USD: decimal }),
          }),
        ),
      }),
    ),
  }),
});

/** What a product costs, or why that cannot be told for sure. */
export type ListedPrice =
  | { usd: number; publishedOn: string; why?: undefined }
  | { usd?: undefined; why: string };

export interface WantedPrice {
  /** Units in lower case, and how many of ours one is. */
  units: Readonly<Record<string, number>>;
  /** Of a price that falls with the amount, the first step holds. */
  isStepped?: true;
}

/** The price on demand of all the products, which must be one. */
export function priceOf(products: readonly ListedProduct[], wanted: WantedPrice): ListedPrice {
  const [first, ...others] = products.map(({ document }) => priceOfOne(document, wanted));
  if (!first) return { why: "not in the price list" };
  if (first.usd === undefined) return first;
  for (const { usd, why } of others) {
    if (why !== undefined) return { why };
    if (usd !== first.usd) return { why: "the price list has it at several prices" };
  }
  return first;
}

function priceOfOne(document: unknown, { units, isStepped }: WantedPrice): ListedPrice {
  const { success, data } = z.safeParse(priced, document);
  if (!success) return { why: "the price list has it in a form that is not documented" };
  const [offer, ...others] = Object.values(data.terms.OnDemand);
  if (!offer || others.length > 0) return { why: "the price list has several offers of it" };
  const steps = Object.values(offer.priceDimensions)
    .map(({ unit, beginRange, pricePerUnit }) => ({
      unit,
      from: Number(beginRange),
      usd: Number(pricePerUnit.USD),
    }))
    // What is free stands there as a step of its own.
    .filter(({ usd }) => usd > 0)
    .toSorted((a, b) => a.from - b.from);
  const [step, ...later] = steps;
  if (!step) return { why: "the price list has no price of it" };
  if (later.length > 0 && !isStepped) return { why: "the price list has several steps of it" };
  const amount = units[step.unit.toLowerCase()];
  if (amount === undefined) return { why: `the price list counts it in ${step.unit}` };
  return { usd: step.usd / amount, publishedOn: data.publicationDate.slice(0, 10) };
}
