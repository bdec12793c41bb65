import assert from "node:assert/strict";
import { test } from "node:test";
import { isRegionName, regionOfS3Url, s3Address } from "./s3-address.ts";

const plain = { endpointUrl: undefined, isDualStack: false, isAccelerated: false };

test("each kind of bucket has the host and path that AWS gives it", () => {
  const both = { isAccelerated: true, isDualStack: true };
  const cases = [
    ["data", "us-east-1", {}, "data.s3.us-east-1.amazonaws.com", "/"],
    ["data", "cn-north-1", {}, "data.s3.cn-north-1.amazonaws.com.cn", "/"],
    ["data", "eu-west-1", { isDualStack: true }, "data.s3.dualstack.eu-west-1.amazonaws.com", "/"],
    ["my.data", "us-east-1", {}, "s3.us-east-1.amazonaws.com", "/my.data/"],
    ["Old_Data", "us-east-1", {}, "s3.us-east-1.amazonaws.com", "/Old_Data/"],
    ["data", "eu-west-1", { isAccelerated: true }, "data.s3-accelerate.amazonaws.com", "/"],
    ["data", "eu-west-1", both, "data.s3-accelerate.dualstack.amazonaws.com", "/"],
  ] as const;
  for (const [bucket, region, rules, host, pathPrefix] of cases) {
    assert.deepEqual(s3Address(bucket, region, { ...plain, ...rules }), {
      protocol: "https:",
      port: undefined,
      host,
      pathPrefix,
    });
  }
});

test("an endpoint of one's own is used as it is, in path style", () => {
  const cases = [
    ["http://127.0.0.1:4566", "http:", "127.0.0.1", 4566, "/data/"],
    ["https://[::1]:9000/", "https:", "::1", 9000, "/data/"],
    ["https://minio.example/s3/", "https:", "minio.example", undefined, "/s3/data/"],
  ] as const;
  for (const [endpointUrl, protocol, host, port, pathPrefix] of cases) {
    const address = s3Address("data", "us-east-1", { ...plain, endpointUrl });
    assert.deepEqual(address, { protocol, host, port, pathPrefix });
  }
});

test("a directory bucket is refused as not yet, and a name that no bucket has as wrong", () => {
  assert.throws(() => s3Address("data--use1-az4--x-s3", "us-east-1", plain), { code: "NOT_YET" });
  for (const name of ["", "ab", "a/b", "evil.example#", "a@b.example", "a".repeat(300)]) {
    assert.throws(() => s3Address(name, "us-east-1", plain), { code: "USAGE" }, name);
  }
});

test("acceleration is refused for names with dots, in China, and for an endpoint of one's own", () => {
  const rules = { ...plain, isAccelerated: true };
  const cases = [
    ["my.data", "us-east-1", rules],
    ["data", "cn-north-1", rules],
    ["data", "us-east-1", { ...rules, endpointUrl: "http://127.0.0.1:1" }],
  ] as const;
  for (const [bucket, region, how] of cases) {
    assert.throws(() => s3Address(bucket, region, how), { code: "USAGE", hint: /acceleration/ });
  }
});

test("only what is named like a region is taken for one", () => {
  for (const name of ["us-east-1", "ap-southeast-3", "us-gov-west-1", "us-iso-east-1"]) {
    assert.equal(isRegionName(name), true, name);
  }
  for (const name of ["", "us", "us-east-1.evil.example", "us-east-1/", "US-EAST-1", "a@b-c-1"]) {
    assert.equal(isRegionName(name), false, name);
  }
});

test("a region is read off the hosts of S3, and off no other", () => {
  const cases = {
    "https://data.s3.eu-west-1.amazonaws.com/k?x=1": "eu-west-1",
    "http://my.data.s3-us-west-2.amazonaws.com/k": "us-west-2",
    "https://s3.dualstack.ap-south-1.amazonaws.com/data/k": "ap-south-1",
    "https://data.s3.cn-north-1.amazonaws.com.cn/k": "cn-north-1",
  };
  for (const [url, region] of Object.entries(cases)) assert.equal(regionOfS3Url(url), region);
  for (const url of [
    "https://evil.example/s3.eu-west-1.amazonaws.com",
    "https://s3.eu-west-1.amazonaws.com.evil.example/",
    "https://s3.eu-west-1.amazonaws.com@evil.example/",
    "https://s3.eu-west-1.amazonaws.com:8443/",
    "https://evils3.eu-west-1.amazonaws.com/",
    "https://s3.cn-north-1.amazonaws.com/",
    "https://data.s3-website-us-west-2.amazonaws.com/",
    "https://data.s3-accelerate.amazonaws.com/",
    "https://data.s3.amazonaws.com/",
    "/data/k",
    "",
  ])
    assert.equal(regionOfS3Url(url), undefined, url);
});
