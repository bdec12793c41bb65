import { type PriceCode, priceCodes } from "../facts/price-codes.ts";
import type { PriceKey } from "../facts/storage-prices.ts";
import type { Aws } from "./connect.ts";
import { type ListedPrice, type ListedProduct, listProducts, priceOf } from "./price-list.ts";

/** What AWS's price list says of storage in a region, in the units of the price table. */
export async function listedStoragePrices(
  aws: Aws,
  region: string,
): Promise<ReadonlyMap<PriceKey, ListedPrice>> {
  const codes = Object.entries(priceCodes) as Array<[PriceKey, PriceCode]>;
  const shelves = new Map<string, Promise<ListedProduct[]>>();
  for (const [, { service, family }] of codes) {
    const shelf = `${service} ${family}`;
    if (!shelves.has(shelf))
      shelves.set(shelf, listProducts(aws, service, { regionCode: region, productFamily: family }));
  }
  const all = (await Promise.all(shelves.values())).flat();
  return new Map(codes.map(([key, code]) => [key, priceOf(productsOf(all, code, region), code)]));
}

/** The region itself, and not a local zone, a Wavelength zone or an outpost that belongs to it. */
function isOfRegion({ attributes }: ListedProduct, region: string): boolean {
  const { regionCode, locationType = "AWS Region" } = attributes;
  return regionCode === region && locationType === "AWS Region";
}

function productsOf(
  products: readonly ListedProduct[],
  { usage, service }: Pick<PriceCode, "usage" | "service">,
  region: string,
): ListedProduct[] {
  return products.filter(
    (product) =>
      withoutRegion(product.usageType) === usage &&
      (product.attributes["servicecode"] ?? service) === service &&
      isOfRegion(product, region),
  );
}

/** Usage types begin with the region's code, such as `EUC1-`; in us-east-1 with none ("AWS Region billing codes"). */
const withoutRegion = (usageType: string) => usageType.replace(/^[A-Z]{2,4}\d?-/, "");

/** US dollars an hour of a Linux machine on demand, shared hardware, no licence. */
export async function listedInstancePrice(
  aws: Aws,
  region: string,
  instanceType: string,
): Promise<ListedPrice> {
  const products = await listProducts(aws, "AmazonEC2", {
    regionCode: region,
    instanceType,
    operatingSystem: "Linux",
    tenancy: "Shared",
    preInstalledSw: "NA",
    capacitystatus: "Used",
  });
  // `BoxUsage` is what a bill calls machines on demand; capacity blocks and reservations have other names.
  const code = { service: "AmazonEC2", usage: `BoxUsage:${instanceType}` } as const;
  return priceOf(productsOf(products, code, region), { units: { hrs: 1, hours: 1 } });
}
