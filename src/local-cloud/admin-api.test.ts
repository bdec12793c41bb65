import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateVolumeCommand, EC2Client } from "@aws-sdk/client-ec2";
import { serveGuest } from "../../test/support/guests.ts";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { send } from "../../test/support/raw-request.ts";
import { startWithRole } from "../../test/support/role-instance.ts";
import { readConnection } from "./connection.ts";

test("the admin API is closed to whoever lacks the token", async (t) => {
  const { endpoint } = await startTestCloud(t);
  for (const headers of [{}, { authorization: "Bearer x" }] as Array<Record<string, string>>) {
    const answer = await fetch(`${endpoint}/_runctl/status`, { headers });
    assert.equal(answer.status, 403);
  }
  assert.equal((await fetch(`${endpoint}/_runctl/health`)).status, 200);
});

test("status counts what there is", async (t) => {
  const { admin, sdkOptions, endpoint } = await startTestCloud(t);
  await new EC2Client(sdkOptions).send(
    new CreateVolumeCommand({ Size: 1, AvailabilityZone: "us-east-1a" }),
  );
  const status = await admin.status();
  assert.equal(status.endpoint, endpoint);
  assert.equal(status.backend, "null");
  assert.equal(status.counts["volumes"], 1);
});

test("a fault of an unknown kind is refused", async (t) => {
  const { admin } = await startTestCloud(t);
  await assert.rejects(admin.setFault({ kind: "gremlins" } as never), { code: "OPERATION_FAILED" });
  assert.deepEqual(await admin.faults(), []);
});

test("guests do not reach the admin API", async (t) => {
  const { backend, instanceId, cloud } = await startWithRole(t, [
    { Effect: "Allow", Action: "s3:*", Resource: "*" },
  ]);
  const guestUrl = await serveGuest(t, backend.services().aws(instanceId));
  const headers = {
    host: "169.254.170.23:4566",
    authorization: `Bearer ${cloud.connection.adminToken}`,
  };
  const answer = await send(guestUrl, { method: "GET", path: "/_runctl/status", headers });
  assert.notEqual(answer.status, 200);
});

test("down by the admin API stops the server once it has answered", async (t) => {
  const { admin, cloud, stateDirectory } = await startTestCloud(t);
  await admin.down();
  await cloud.ended;
  assert.equal(await readConnection(stateDirectory), undefined);
});
