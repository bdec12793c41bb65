import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { createImds } from "./imds.ts";
import type { InstanceView } from "./instance-view.ts";

const instanceId = "i-0123456789abcdef0";
const someView: InstanceView = {
  instanceId,
  instanceType: "g5.xlarge",
  imageId: "ami-0123456789abcdef0",
  lifecycle: "spot",
  accountId: "123456789012",
  region: "us-east-1",
  availabilityZone: "us-east-1b",
  availabilityZoneId: "use1-az2",
  privateIp: "172.31.16.5",
  privateDnsName: "ip-172-31-16-5.ec2.internal",
  securityGroups: ["default", "training"],
  launchTime: new Date("2026-11-23T10:00:00.123Z"),
  tags: { Name: "training", "runctl:state": "running" },
  userData: Buffer.from([0x1f, 0x8b, 0xff, 0x00]),
  blockDevices: { ami: "/dev/xvda", ebs1: "/dev/sdf", root: "/dev/xvda" },
  httpTokens: "required",
  httpEndpoint: "enabled",
  role: undefined,
  spotAction: undefined,
  rebalanceNoticeTime: undefined,
};

/** The service of one instance whose view may be changed, with a clock that is moved by hand. */
async function imdsOf(t: TestContext, changes: Partial<InstanceView> = {}) {
  const state = { view: { ...someView, ...changes }, now: Date.parse("2026-11-23T10:00:00Z") };
  const imds = createImds(() => state.view, { now: () => state.now }, Buffer.alloc(32));
  const server = createServer(imds(instanceId)).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const request = (
    path: string,
    init: { method?: string; headers?: Record<string, string> } = {},
  ) => fetch(`${base}${path}`, { ...init, headers: { connection: "close", ...init.headers } });
  const putToken = (headers: Record<string, string>) =>
    request("/latest/api/token", { method: "PUT", headers });
  const token = await (await putToken({ "x-aws-ec2-metadata-token-ttl-seconds": "60" })).text();
  const get = (path: string, init: { method?: string } = {}) =>
    request(path, { ...init, headers: { "x-aws-ec2-metadata-token": token } });
  const text = async (path: string) => {
    const response = await get(path);
    return response.ok ? response.text() : response.status;
  };
  return { state, request, putToken, get, text };
}

test("a token is given for 1 to 21,600 seconds, and never through a proxy", async (t) => {
  const { putToken } = await imdsOf(t);
  const name = "x-aws-ec2-metadata-token-ttl-seconds";
  const wanted = { "1": 200, "21600": 200, "0": 400, "21601": 400, "1.5": 400, ten: 400 };
  for (const [ttl, status] of Object.entries(wanted)) {
    assert.equal((await putToken({ [name]: ttl })).status, status, ttl);
  }
  assert.equal((await putToken({})).status, 400);
  assert.equal((await putToken({ [name]: "60", "x-forwarded-for": "10.0.0.1" })).status, 403);
  assert.equal((await putToken({ [name]: "60" })).headers.get(name), "60");
});

test("without a token, with a wrong or an old one the answer is 401", async (t) => {
  const { state, request, get } = await imdsOf(t);
  const path = "/latest/meta-data/instance-id";
  assert.equal((await request(path)).status, 401);
  const wrong = { "x-aws-ec2-metadata-token": "wrong" };
  assert.equal((await request(path, { headers: wrong })).status, 401);
  assert.equal((await get(path)).status, 200);
  state.now += 60_000;
  assert.equal((await get(path)).status, 401);
});

test("a token of one instance does not open another's metadata", async (t) => {
  const { state, get } = await imdsOf(t);
  state.view = { ...state.view, instanceId: "i-0fedcba9876543210" };
  assert.equal((await get("/latest/meta-data/instance-id")).status, 401);
});

test("where tokens are optional, none is needed but a wrong one is refused", async (t) => {
  const { request } = await imdsOf(t, { httpTokens: "optional" });
  const path = "/latest/meta-data/instance-id";
  assert.equal(await (await request(path)).text(), instanceId);
  const wrong = { "x-aws-ec2-metadata-token": "wrong" };
  assert.equal((await request(path, { headers: wrong })).status, 401);
});

test("a disabled endpoint refuses everything", async (t) => {
  const { state, get, putToken } = await imdsOf(t);
  state.view = { ...state.view, httpEndpoint: "disabled" };
  assert.equal((await get("/latest/meta-data/")).status, 403);
  assert.equal((await putToken({ "x-aws-ec2-metadata-token-ttl-seconds": "60" })).status, 403);
});

test("directories list their names, and dated versions answer like the latest", async (t) => {
  const { text } = await imdsOf(t);
  const index = String(await text("/latest/meta-data/")).split("\n");
  assert.deepEqual(
    index.filter((name) => name.endsWith("/")),
    ["block-device-mapping/", "placement/", "services/", "tags/"],
  );
  assert.ok(index.includes("instance-id") && !index.includes("spot/"));
  assert.equal(await text("/latest"), "dynamic/\nmeta-data/\nuser-data");
  assert.equal(
    await text("/2021-03-23/meta-data/placement/"),
    "availability-zone\navailability-zone-id\nregion",
  );
  assert.equal(await text("/2021-03-23/meta-data/placement/region"), "us-east-1");
  assert.equal(await text("/latest/meta-data/block-device-mapping/"), "ami\nebs1\nroot");
  assert.equal(await text("/latest/meta-data/security-groups"), "default\ntraining");
  assert.equal(await text("/latest/meta-data/nothing"), 404);
  assert.equal(await text("/yesterday/meta-data/"), 404);
  assert.match(String(await text("/")), /^2021-03-23$.*^latest$/ms);
});

test("tags are there only where the instance shows them", async (t) => {
  const { state, text } = await imdsOf(t);
  assert.equal(await text("/latest/meta-data/tags/instance/"), "Name\nrunctl:state");
  assert.equal(await text("/latest/meta-data/tags/instance/runctl%3Astate"), "running");
  state.view = { ...state.view, tags: { constructor: "shown" } };
  assert.equal(await text("/latest/meta-data/tags/instance/toString"), 404);
  state.view = { ...state.view, tags: undefined };
  assert.equal(await text("/latest/meta-data/tags/instance/"), 404);
});

test("spot notices are 404 until there is one", async (t) => {
  const { state, text } = await imdsOf(t);
  const paths = [
    "spot/instance-action",
    "spot/termination-time",
    "events/recommendations/rebalance",
  ];
  for (const path of paths) assert.equal(await text(`/latest/meta-data/${path}`), 404);

  const time = new Date("2017-09-18T08:22:00.500Z");
  state.view = {
    ...state.view,
    rebalanceNoticeTime: time,
    spotAction: { action: "terminate", time },
  };
  const [action, termination, rebalance] = await Promise.all(
    paths.map((path) => text(`/latest/meta-data/${path}`)),
  );
  assert.deepEqual(JSON.parse(String(action)), {
    action: "terminate",
    time: "2017-09-18T08:22:00Z",
  });
  assert.equal(termination, "2017-09-18T08:22:00Z");
  assert.deepEqual(JSON.parse(String(rebalance)), { noticeTime: "2017-09-18T08:22:00Z" });

  state.view = { ...state.view, spotAction: { action: "stop", time } };
  assert.equal(await text("/latest/meta-data/spot/termination-time"), 404);
});

test("the credentials of the instance's role are under its name", async (t) => {
  const { state, text } = await imdsOf(t);
  assert.equal(await text("/latest/meta-data/iam/info"), 404);
  const at = new Date("2026-11-23T10:00:00Z");
  state.view = {
    ...state.view,
    role: {
      roleName: "runctl-instance",
      profileArn: "arn:aws:iam::123456789012:instance-profile/runctl-instance",
      profileId: "AIPA0000000000000000",
      credentials: () => ({
        accessKeyId: "ASIA0000000000000000",
        secretAccessKey: "secret",
        sessionToken: "token",
        lastUpdated: at,
        expiration: new Date("2026-11-23T16:00:00Z"),
      }),
    },
  };
  const directory = "/latest/meta-data/iam/security-credentials/";
  assert.equal(await text(directory), "runctl-instance");
  assert.deepEqual(JSON.parse(String(await text(`${directory}runctl-instance`))), {
    Code: "Success",
    LastUpdated: "2026-11-23T10:00:00Z",
    Type: "AWS-HMAC",
    AccessKeyId: "ASIA0000000000000000",
    SecretAccessKey: "secret",
    Token: "token",
    Expiration: "2026-11-23T16:00:00Z",
  });
  assert.match(String(await text("/latest/meta-data/iam/info")), /"InstanceProfileId": "AIPA0/);
});

test("user data come back byte by byte, and HEAD has no body", async (t) => {
  const { state, get, text } = await imdsOf(t);
  const response = await get("/latest/user-data");
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), someView.userData);
  const head = await get("/latest/meta-data/instance-id", { method: "HEAD" });
  assert.equal(head.headers.get("content-length"), String(instanceId.length));
  assert.equal(await head.text(), "");
  assert.equal((await get("/latest/meta-data/", { method: "POST" })).status, 405);
  state.view = { ...state.view, userData: undefined };
  assert.equal(await text("/latest/user-data"), 404);
  assert.equal(await text("/latest"), "dynamic/\nmeta-data/");
});

test("the identity document tells who and where the instance is", async (t) => {
  const { text } = await imdsOf(t);
  const document = JSON.parse(String(await text("/latest/dynamic/instance-identity/document")));
  assert.equal(document.instanceId, instanceId);
  assert.equal(document.pendingTime, "2026-11-23T10:00:00Z");
  assert.equal(document.accountId, "123456789012");
});
