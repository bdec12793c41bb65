import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { startTestCloud, type TestCloud } from "../../test/support/local-cloud.ts";
import { presignUrl, send, signRequest } from "../../test/support/raw-request.ts";

type SdkOptions = TestCloud["sdkOptions"] & { systemClockOffset?: number };

/** One call to each service, to see how it takes the same bad signature. */
const calls: Readonly<Record<string, (options: SdkOptions) => Promise<unknown>>> = {
  ec2: (options) => new EC2Client(options).send(new DescribeVolumesCommand({})),
  s3: (options) => new S3Client(options).send(new ListBucketsCommand({})),
  iam: (options) => new IAMClient(options).send(new ListRolesCommand({})),
  sts: (options) => new STSClient(options).send(new GetCallerIdentityCommand({})),
  ssm: (options) => new SSMClient(options).send(new GetParameterCommand({ Name: "/none" })),
};

type Spoil = (options: SdkOptions) => SdkOptions;

const unknownKey: Spoil = (options) => ({
  ...options,
  credentials: { ...options.credentials, accessKeyId: "AKIAAAAAAAAAAAAAAAAA" },
});
const wrongSecret: Spoil = (options) => ({
  ...options,
  credentials: { ...options.credentials, secretAccessKey: "x".repeat(40) },
});
const strangeToken: Spoil = (options) => ({
  ...options,
  credentials: { ...options.credentials, sessionToken: "not-a-token" },
});
const wrongRegion: Spoil = (options) => ({ ...options, region: "eu-west-1" });
const late: Spoil = (options) => ({ ...options, systemClockOffset: -16 * 60_000 });
const early: Spoil = (options) => ({ ...options, systemClockOffset: 16 * 60_000 });

const cases: ReadonlyArray<
  readonly [name: string, spoil: Spoil, codes: Readonly<Record<string, string>>]
> = [
  [
    "an unknown access key",
    unknownKey,
    {
      ec2: "AuthFailure",
      s3: "InvalidAccessKeyId",
      iam: "InvalidClientTokenId",
      sts: "InvalidClientTokenId",
      ssm: "UnrecognizedClientException",
    },
  ],
  [
    "a wrong secret key",
    wrongSecret,
    {
      ec2: "SignatureDoesNotMatch",
      s3: "SignatureDoesNotMatch",
      iam: "SignatureDoesNotMatch",
      sts: "SignatureDoesNotMatch",
      ssm: "InvalidSignatureException",
    },
  ],
  [
    "a session token that was never given out",
    strangeToken,
    {
      ec2: "AuthFailure",
      s3: "InvalidToken",
      iam: "InvalidClientTokenId",
      sts: "InvalidClientTokenId",
      ssm: "UnrecognizedClientException",
    },
  ],
  [
    "a request 16 minutes old",
    late,
    {
      ec2: "RequestExpired",
      s3: "RequestTimeTooSkewed",
      iam: "SignatureDoesNotMatch",
      sts: "SignatureDoesNotMatch",
      ssm: "InvalidSignatureException",
    },
  ],
  [
    "a request 16 minutes ahead",
    early,
    {
      ec2: "RequestExpired",
      s3: "RequestTimeTooSkewed",
      iam: "SignatureDoesNotMatch",
      sts: "SignatureDoesNotMatch",
      ssm: "InvalidSignatureException",
    },
  ],
  [
    "another region's signature",
    wrongRegion,
    {
      ec2: "AuthFailure",
      s3: "AuthorizationHeaderMalformed",
      sts: "SignatureDoesNotMatch",
      ssm: "InvalidSignatureException",
    },
  ],
];

for (const [name, spoil, codes] of cases) {
  test(`${name} is refused by every service in its own words`, async (t) => {
    const { sdkOptions } = await startTestCloud(t);
    for (const [service, code] of Object.entries(codes)) {
      await assert.rejects(calls[service]!(spoil(sdkOptions)), (error: Error) => {
        assert.equal(error.name, code, `${service}: ${error.message}`);
        return true;
      });
    }
  });
}

test("requests within 15 minutes are taken", async (t) => {
  const { sdkOptions } = await startTestCloud(t);
  for (const systemClockOffset of [-14 * 60_000, 14 * 60_000]) {
    await calls["ec2"]!({ ...sdkOptions, systemClockOffset });
    await calls["s3"]!({ ...sdkOptions, systemClockOffset });
  }
});

test("who signed is who GetCallerIdentity names", async (t) => {
  const { sdkOptions } = await startTestCloud(t);
  const identity = await new STSClient(sdkOptions).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Account, "000000000000");
  assert.equal(identity.Arn, "arn:aws:iam::000000000000:user/local");
});

test("a presigned URL works until it expires, and for what it was signed", async (t) => {
  const { sdkOptions } = await startTestCloud(t);
  const s3 = new S3Client(sdkOptions);
  await s3.send(new CreateBucketCommand({ Bucket: "data" }));
  await s3.send(new PutObjectCommand({ Bucket: "data", Key: "a b.txt", Body: "hello" }));
  const get = { method: "GET", path: "/data/a%20b.txt" };

  const good = await presignUrl(sdkOptions, get, { expiresIn: 60 });
  assert.equal(await (await fetch(good)).text(), "hello");
  assert.equal((await fetch(good, { method: "PUT", body: "x" })).status, 403);
  assert.equal((await fetch(good.replace("a%20b", "c"))).status, 403);

  const signingDate = new Date(Date.now() - 61_000);
  const old = await fetch(await presignUrl(sdkOptions, get, { expiresIn: 60, signingDate }));
  assert.equal(old.status, 403);
  assert.match(await old.text(), /<Code>AccessDenied<\/Code><Message>Request has expired/);
});

test("a presigned URL may be older than a quarter of an hour", async (t) => {
  const { sdkOptions } = await startTestCloud(t);
  const signingDate = new Date(Date.now() - 3_600_000);
  const options = { expiresIn: 7_200, signingDate };
  const url = await presignUrl(sdkOptions, { method: "GET", path: "/" }, options);
  assert.equal((await fetch(url)).status, 200);
});

const sha256OfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const list = {
  method: "GET",
  path: "/",
  headers: { "x-amz-content-sha256": sha256OfNothing },
};

test("S3 takes a request that was signed by hand", async (t) => {
  const { sdkOptions, endpoint } = await startTestCloud(t);
  assert.equal((await send(endpoint, await signRequest(sdkOptions, list))).status, 200);
});

test("S3 refuses a request without x-amz-content-sha256", async (t) => {
  const { sdkOptions, endpoint } = await startTestCloud(t);
  const signed = await signRequest(sdkOptions, list);
  const { "x-amz-content-sha256": _, ...headers } = signed.headers!;
  const answer = await send(endpoint, { ...signed, headers });
  assert.equal(answer.status, 400);
  assert.match(answer.body, /InvalidRequest.*x-amz-content-sha256/);
});

test("S3 refuses a header x-amz-… that the signature does not cover", async (t) => {
  const { sdkOptions, endpoint } = await startTestCloud(t);
  const signed = await signRequest(sdkOptions, list);
  const headers = { ...signed.headers!, "x-amz-meta-added": "1" };
  const answer = await send(endpoint, { ...signed, headers });
  assert.equal(answer.status, 403);
  assert.match(answer.body, /AccessDenied.*not signed: x-amz-meta-added/);
});

test("S3 gives nothing to a request without a signature", async (t) => {
  const { endpoint } = await startTestCloud(t);
  const answer = await send(endpoint, { method: "GET", path: "/data/key" });
  assert.equal(answer.status, 403);
  assert.match(answer.body, /<Code>AccessDenied<\/Code>/);
});

test("S3 refuses a presigned URL of Signature Version 2 and says what it wants", async (t) => {
  const { endpoint } = await startTestCloud(t);
  const query = { AWSAccessKeyId: "AKIAX", Signature: "x", Expires: "1" };
  const answer = await send(endpoint, { method: "GET", path: "/data/key", query });
  assert.equal(answer.status, 400);
  assert.match(answer.body, /InvalidRequest.*Please use AWS4-HMAC-SHA256/);
});

test("EC2 wants a signature too, and says so in its own form", async (t) => {
  const { endpoint } = await startTestCloud(t);
  const answer = await send(endpoint, {
    method: "POST",
    path: "/",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "Action=DescribeVolumes&Version=2016-11-15",
  });
  assert.equal(answer.status, 403);
  assert.match(answer.body, /<Errors><Error><Code>MissingAuthenticationToken/);
});

test("a big upload with a wrong key gets its answer, not a broken connection", async (t) => {
  const { sdkOptions } = await startTestCloud(t);
  const s3 = new S3Client(wrongSecret(sdkOptions));
  const Body = Buffer.alloc(8_000_000);
  await assert.rejects(s3.send(new PutObjectCommand({ Bucket: "data", Key: "k", Body })), {
    name: "SignatureDoesNotMatch",
  });
});

test("a body that was changed on the way is refused", async (t) => {
  const { sdkOptions } = await startTestCloud(t);
  const ec2 = new EC2Client(sdkOptions);
  ec2.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string };
      request.body = request.body.replace("DescribeVolumes", "DescribeRegions");
      return next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await assert.rejects(ec2.send(new DescribeVolumesCommand({})), { name: "SignatureDoesNotMatch" });
});
