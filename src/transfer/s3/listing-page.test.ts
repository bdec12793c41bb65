import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type ListedObject, readListingPage } from "./listing-page.ts";
import { isTransient } from "./s3-failure.ts";

/** As S3 writes it for `encoding-type=url`. */
const encodeName = (text: string) =>
  encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%20", "+");

const escapeXml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

interface Page {
  objects: ListedObject[];
  prefixes: string[];
  token: string | undefined;
}

function pageText({ objects, prefixes, token }: Page): string {
  const contents = objects.map(({ key, sizeBytes, etag, modifiedMs }) => {
    const members = [
      `<ETag>&quot;${etag}&quot;</ETag>`,
      `<Size>${sizeBytes}</Size>`,
      "<Owner><ID>1</ID><DisplayName>&lt;Key&gt;</DisplayName></Owner>",
      `<Key>${encodeName(key)}</Key>`,
      `<LastModified>${new Date(modifiedMs).toISOString()}</LastModified>`,
      "<StorageClass>STANDARD</StorageClass>",
    ];
    return `<Contents>${members.join("\n")}</Contents>`;
  });
  const common = prefixes.map(
    (prefix) => `<CommonPrefixes><Prefix>${encodeName(prefix)}</Prefix></CommonPrefixes>`,
  );
  const next = token ? `<NextContinuationToken>${escapeXml(token)}</NextContinuationToken>` : "";
  return `<?xml version="1.0"?><ListBucketResult><Prefix>p/</Prefix><EncodingType>url</EncodingType><IsTruncated>${token !== undefined}</IsTruncated>${next}${contents.join("")}${common.join("")}</ListBucketResult>\n`;
}

const key = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter(isWellFormed);

function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}

const plain = { noNullPrototype: true } as const;

const object = fc.record(
  {
    key,
    sizeBytes: fc.nat(),
    etag: fc.constantFrom("9b2cf535f27731c974343645a3985328", "9b2cf535f27731c974343645a3985328-3"),
    modifiedMs: fc.integer({ min: 0, max: 2_000_000_000_000 }),
  },
  plain,
);

const page = fc.record(
  {
    objects: fc.array(object, { maxLength: 5 }),
    prefixes: fc.array(key, { maxLength: 3 }),
    token: fc.option(fc.constantFrom("1ueGcxLPRx1Tr", 'a&b<c"d=='), { nil: undefined }),
  },
  plain,
);

test("a page is read as it was written, whatever the keys are", () => {
  fc.assert(
    fc.property(page, (wanted) => {
      const { objects, prefixes, token } = wanted;
      assert.deepEqual(readListingPage(pageText(wanted)), { objects, prefixes, nextToken: token });
    }),
  );
});

test("a page that was cut off anywhere is asked for again", () => {
  fc.assert(
    fc.property(page, fc.double({ min: 0, max: 0.999, noNaN: true }), (wanted, part) => {
      const text = pageText(wanted).trimEnd();
      const cut = text.slice(0, Math.floor(text.length * part));
      assert.throws(() => readListingPage(cut), isTransient);
    }),
  );
});

test("a page that has a next one but no token for it is an error, not the last page", () => {
  const text = pageText({ objects: [], prefixes: [], token: "" });

  assert.match(text, /<IsTruncated>true</);
  for (const token of ["", "<NextContinuationToken></NextContinuationToken>"]) {
    const broken = text.replace("</IsTruncated>", `</IsTruncated>${token}`);
    assert.throws(() => readListingPage(broken), {
      code: "AWS_ERROR",
      message: /NextContinuation/,
    });
  }
});

test("a page with what is no size, time or key is an error", () => {
  const text = pageText({ objects: [], prefixes: [], token: undefined });
  const read = (changes: Record<string, string>) => {
    const parts = { Key: "a", Size: "1", LastModified: "2024-01-01T00:00:00.000Z", ETag: "e" };
    const entry = Object.entries({ ...parts, ...changes })
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join("");
    const whole = `<Contents>${entry}</Contents></ListBucketResult>`;
    return readListingPage(text.replace("</ListBucketResult>", whole));
  };

  assert.equal(read({ Key: "&#x110000;" }).objects[0]?.key, "&#x110000;");
  for (const wrong of [
    { Size: "-1" },
    { Size: "abc" },
    { Size: "1e400" },
    { Size: "9".repeat(20) },
    { LastModified: "yesterday" },
    { Key: "%ZZ" },
    { Key: "%FF" },
  ]) {
    assert.throws(() => read(wrong), { code: "AWS_ERROR" });
  }
});

test("keys that are not encoded are taken as they are, but for XML", () => {
  const text =
    "<ListBucketResult><Contents><Key>a%20b+c &amp; &#x64;&#101;</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>x</ETag><Size>1</Size></Contents></ListBucketResult>";

  assert.equal(readListingPage(text).objects[0]?.key, "a%20b+c & de");
});
