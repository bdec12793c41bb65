import assert from "node:assert/strict";
import { test } from "node:test";
import { type PriceDocument, priceDocument, type Step } from "../../test/support/price-list.ts";
import { priceOf, readProduct } from "./price-list.ts";

const attributes = { usagetype: "EBS:VolumeUsage.gp3", regionCode: "us-east-1" };
const perGb: Step = { usd: "0.0800000000", unit: "GB-Mo" };
const gibMonth = { units: { "gb-mo": 1 } };

const listed = (
  steps: readonly Step[],
  change: (document: PriceDocument) => object = () => ({}),
) => {
  const document = priceDocument({ family: "Storage", attributes, steps });
  return readProduct(JSON.stringify({ ...document, ...change(document) }));
};

test("a document of the price list gives its price in our unit, and the day of its publication", () => {
  assert.deepEqual(priceOf(listed([perGb]), gibMonth), { usd: 0.08, publishedOn: "2026-11-18" });
  const throughput = listed([{ usd: "40.9600000000", unit: "GiBps-mo" }]);
  assert.equal(priceOf(throughput, { units: { "gibps-mo": 1_024 } }).usd, 0.04);
});

test("a step that is free is no price; of a falling price the first step holds where that is wanted", () => {
  const steps = [
    { usd: "0.0210000000", unit: "GB-Mo", from: "512000" },
    { usd: "0.0230000000", unit: "GB-Mo", to: "51200" },
    { usd: "0.0220000000", unit: "GB-Mo", from: "51200", to: "512000" },
  ];
  assert.equal(priceOf(listed(steps), { ...gibMonth, isStepped: true }).usd, 0.023);
  assert.match(priceOf(listed(steps), gibMonth).why!, /several steps/);
  const free = { usd: "0.0000000000", unit: "GB-Mo", to: "3000" };
  assert.equal(priceOf(listed([free, { ...perGb, from: "3000" }]), gibMonth).usd, 0.08);
  assert.match(priceOf(listed([free]), gibMonth).why!, /no price/);
});

test("products that say the same are one price, and others none", () => {
  const [one] = listed([perGb]);
  const [dearer] = listed([{ ...perGb, usd: "0.0900000000" }]);
  assert.equal(priceOf([one!, one!], gibMonth).usd, 0.08);
  assert.match(priceOf([one!, dearer!], gibMonth).why!, /several prices/);
  assert.match(priceOf([], gibMonth).why!, /not in the price list/);
});

const strange: Record<string, (document: PriceDocument) => object> = {
  "in another currency": ({ terms }) => ({
    terms: JSON.parse(JSON.stringify(terms).replaceAll("USD", "CNY")) as object,
  }),
  "with words for a number": ({ terms }) => ({
    terms: JSON.parse(JSON.stringify(terms).replaceAll("0.0800000000", "1e3")) as object,
  }),
  "below zero": ({ terms }) => ({
    terms: JSON.parse(JSON.stringify(terms).replaceAll("0.0800000000", "-0.08")) as object,
  }),
  "for reservations only": ({ terms }) => ({ terms: { Reserved: terms.OnDemand } }),
  "without a date": () => ({ publicationDate: "soon" }),
};
for (const [what, change] of Object.entries(strange)) {
  test(`a price ${what} is no sure price`, () => {
    assert.match(priceOf(listed([perGb], change), gibMonth).why!, /not documented/);
  });
}

test("a unit that is not known, and two offers of one product, are no sure price", () => {
  assert.equal(
    priceOf(listed([{ ...perGb, unit: "TB-Mo" }]), gibMonth).why,
    "the price list counts it in TB-Mo",
  );
  const twice = listed([perGb], ({ terms: { OnDemand } }) => ({
    terms: { OnDemand: { ...OnDemand, another: Object.values(OnDemand)[0] } },
  }));
  assert.match(priceOf(twice, gibMonth).why!, /several offers/);
});

test("what is no document of a product is passed over", () => {
  for (const text of ["", "{", "null", "[]", '{"product":{}}', undefined])
    assert.deepEqual(readProduct(text), []);
});
