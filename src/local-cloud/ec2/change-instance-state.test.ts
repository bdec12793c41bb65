import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, spot, startTestEc2, type TestEc2 } from "../../../test/support/ec2.ts";

const persistent = {
  InstanceMarketOptions: {
    MarketType: "spot",
    SpotOptions: { SpotInstanceType: "persistent", InstanceInterruptionBehavior: "stop" },
  },
} as const;

function see({ ops }: TestEc2, id: string) {
  return ops.DescribeInstances({ InstanceIds: [id] }).Reservations?.[0]?.Instances?.[0];
}

function requestOf({ ops }: TestEc2) {
  return ops.DescribeSpotInstanceRequests({}).SpotInstanceRequests?.[0];
}

test("terminating is repeatable, and lets go of volumes attached later", async (t) => {
  const cloud = await startTestEc2(t);
  const { ops, launch, volume, idle } = cloud;
  const [id, VolumeId] = [await launch(), await volume()];
  ops.AttachVolume({ VolumeId, InstanceId: id, Device: "/dev/sdf" });
  await idle();

  const change = ops.TerminateInstances({ InstanceIds: [id] }).TerminatingInstances?.[0];
  assert.equal(change?.PreviousState?.Name, "running");
  assert.equal(change?.CurrentState?.Name, "shutting-down");
  await idle();
  const gone = see(cloud, id);
  assert.equal(gone?.State?.Name, "terminated");
  assert.equal(gone?.StateReason?.Code, "Client.UserInitiatedShutdown");
  assert.match(gone?.StateTransitionReason ?? "", /^User initiated \(2026-11-23 12:00:00 GMT\)$/);
  assert.deepEqual(
    ops.DescribeVolumes({}).Volumes?.map((one) => [one.VolumeId, one.State]),
    [[VolumeId, "available"]],
  );
  ops.TerminateInstances({ InstanceIds: [id] });
});

test("a guest that does not shut down loses power after the limit", async (t) => {
  const cloud = await startTestEc2(t);
  const id = await cloud.launch();
  cloud.backend.hang(id);

  cloud.ops.TerminateInstances({ InstanceIds: [id] });
  await cloud.clock.advance(119_999);
  assert.equal(see(cloud, id)?.State?.Name, "shutting-down");
  assert.deepEqual(cloud.backend.machines(), [id]);
  await cloud.clock.advance(1);
  assert.equal(see(cloud, id)?.State?.Name, "terminated");
  assert.deepEqual(cloud.backend.machines(), []);
});

test("the limit goes on over a restart of the server", async (t) => {
  const before = await startTestEc2(t);
  const id = await before.launch();
  before.backend.hang(id);
  before.ops.TerminateInstances({ InstanceIds: [id] });
  await before.clock.advance(100_000);
  await before.ec2.stop();

  const after = await before.restart();
  await after.clock.advance(19_999);
  assert.equal(see(after, id)?.State?.Name, "shutting-down");
  await after.clock.advance(1);
  assert.equal(see(after, id)?.State?.Name, "terminated");
});

test("a terminated instance is shown for an hour", async (t) => {
  const cloud = await startTestEc2(t);
  const id = await cloud.launch();
  cloud.ops.TerminateInstances({ InstanceIds: [id] });
  await cloud.idle();

  await cloud.clock.advance(3_599_000);
  assert.equal(see(cloud, id)?.State?.Name, "terminated");
  await cloud.clock.advance(1_000);
  assert.equal(
    refusal(() => see(cloud, id)),
    "InvalidInstanceID.NotFound",
  );
  assert.deepEqual(cloud.ops.DescribeInstances({}).Reservations, []);
});

test("stop keeps the volumes attached, start boots again", async (t) => {
  const cloud = await startTestEc2(t);
  const id = await cloud.launch();

  cloud.ops.StopInstances({ InstanceIds: [id] });
  await cloud.idle();
  assert.equal(see(cloud, id)?.State?.Name, "stopped");
  assert.equal(see(cloud, id)?.BlockDeviceMappings?.length, 1);
  assert.deepEqual(cloud.backend.machines(), []);
  cloud.ops.StartInstances({ InstanceIds: [id] });
  await cloud.idle();
  assert.equal(see(cloud, id)?.State?.Name, "running");
  assert.deepEqual(cloud.backend.machines(), [id]);
});

test("states in which an instance can neither stop nor start", async (t) => {
  const cloud = await startTestEc2(t);
  const { ops } = cloud;
  const id = await cloud.launch();
  ops.TerminateInstances({ InstanceIds: [id] });

  assert.equal(
    refusal(() => ops.StopInstances({ InstanceIds: [id] })),
    "IncorrectInstanceState",
  );
  assert.equal(
    refusal(() => ops.StartInstances({ InstanceIds: [id] })),
    "IncorrectInstanceState",
  );
  assert.equal(
    refusal(() => ops.StopInstances({ InstanceIds: ["i-1"] })),
    "InvalidInstanceID.Malformed",
  );
  assert.equal(
    refusal(() => ops.StopInstances({ InstanceIds: ["i-0123456789abcdef0"] })),
    "InvalidInstanceID.NotFound",
  );
});

test("poweroff inside stops or terminates, as the launch said", async (t) => {
  const cloud = await startTestEc2(t);
  const stops = await cloud.launch();
  const ends = await cloud.launch({ InstanceInitiatedShutdownBehavior: "terminate" });

  cloud.backend.powerOff(stops);
  cloud.backend.powerOff(ends);
  await cloud.clock.advance(0);
  assert.equal(see(cloud, stops)?.State?.Name, "stopped");
  assert.equal(see(cloud, ends)?.State?.Name, "terminated");
  assert.equal(see(cloud, ends)?.StateReason?.Code, "Client.InstanceInitiatedShutdown");
});

test("an instance that went off while the server was down is found off", async (t) => {
  const before = await startTestEc2(t);
  const stays = await before.launch();
  const ends = await before.launch({ InstanceInitiatedShutdownBehavior: "terminate" });
  await before.ec2.stop();
  before.backend.powerOff(ends);

  const after = await before.restart();
  await after.idle();
  assert.equal(see(after, stays)?.State?.Name, "running");
  assert.equal(see(after, ends)?.State?.Name, "terminated");
  after.backend.powerOff(stays);
  await after.clock.advance(0);
  assert.equal(see(after, stays)?.State?.Name, "stopped");
});

test("a protected instance is not terminated, and spot instances cannot be protected", async (t) => {
  const { ops, launch } = await startTestEc2(t);
  const id = await launch({ DisableApiTermination: true });
  assert.equal(
    refusal(() => ops.TerminateInstances({ InstanceIds: [id] })),
    "OperationNotPermitted",
  );
  const spotId = await launch(spot);
  assert.equal(
    refusal(() =>
      ops.ModifyInstanceAttribute({ InstanceId: spotId, DisableApiTermination: { Value: true } }),
    ),
    "UnsupportedOperation",
  );
});

test("a one-time spot instance cannot be stopped, a persistent one can", async (t) => {
  const cloud = await startTestEc2(t);
  const { ops, launch, idle } = cloud;
  const once = await launch(spot);
  assert.equal(
    refusal(() => ops.StopInstances({ InstanceIds: [once] })),
    "UnsupportedOperation",
  );
  ops.TerminateInstances({ InstanceIds: [once] });
  await idle();
  assert.equal(requestOf(cloud)?.Status?.Code, "instance-terminated-by-user");
  assert.equal(requestOf(cloud)?.State, "closed");

  const lasting = await launch(persistent);
  const last = () => ops.DescribeSpotInstanceRequests({}).SpotInstanceRequests?.at(-1);
  ops.StopInstances({ InstanceIds: [lasting] });
  await idle();
  assert.deepEqual([last()?.State, last()?.Status?.Code], ["disabled", "instance-stopped-by-user"]);
  ops.StartInstances({ InstanceIds: [lasting] });
  await idle();
  assert.deepEqual([last()?.State, last()?.Status?.Code], ["active", "fulfilled"]);
});

test("a cancelled spot request leaves its instance running", async (t) => {
  const cloud = await startTestEc2(t);
  const id = await cloud.launch(spot);
  cloud.ops.CancelSpotInstanceRequests({
    SpotInstanceRequestIds: [requestOf(cloud)?.SpotInstanceRequestId ?? ""],
  });

  assert.equal(see(cloud, id)?.State?.Name, "running");
  assert.deepEqual(
    [requestOf(cloud)?.State, requestOf(cloud)?.Status?.Code],
    ["cancelled", "request-canceled-and-instance-running"],
  );
});

test("an interruption is announced, then the instance is shut down", async (t) => {
  const cloud = await startTestEc2(t);
  const { ec2, clock } = cloud;
  const id = await cloud.launch(spot);

  ec2.interrupt(id, { noticeSeconds: 120, rebalance: true });
  const view = ec2.instanceView(id);
  assert.deepEqual(view?.spotAction, {
    action: "terminate",
    time: new Date("2026-11-23T12:02:00Z"),
  });
  assert.deepEqual(view?.rebalanceNoticeTime, new Date("2026-11-23T12:00:00Z"));
  assert.equal(requestOf(cloud)?.Status?.Code, "marked-for-termination");
  assert.equal(
    refusal(() => ec2.interrupt(id, { noticeSeconds: 300, rebalance: false })),
    "IncorrectInstanceState",
  );
  await clock.advance(119_999);
  assert.equal(see(cloud, id)?.State?.Name, "running");
  await clock.advance(1);
  assert.equal(see(cloud, id)?.State?.Name, "terminated");
  assert.equal(see(cloud, id)?.StateReason?.Code, "Server.SpotInstanceTermination");
  assert.equal(requestOf(cloud)?.Status?.Code, "instance-terminated-no-capacity");
  assert.equal(ec2.instanceView(id), undefined);
});

test("without notice the plug is pulled at once", async (t) => {
  const cloud = await startTestEc2(t);
  const id = await cloud.launch(spot);
  cloud.backend.hang(id);

  cloud.ec2.interrupt(id, { noticeSeconds: "none", rebalance: false });
  await cloud.idle();
  assert.equal(see(cloud, id)?.State?.Name, "terminated");
});

test("a notice that was given is kept over a restart of the server", async (t) => {
  const before = await startTestEc2(t);
  const id = await before.launch(spot);
  before.ec2.interrupt(id, { noticeSeconds: 120, rebalance: false });
  await before.clock.advance(60_000);
  await before.ec2.stop();

  const after = await before.restart();
  assert.ok(after.ec2.instanceView(id)?.spotAction);
  await after.clock.advance(59_999);
  assert.equal(see(after, id)?.State?.Name, "running");
  await after.clock.advance(1);
  assert.equal(see(after, id)?.State?.Name, "terminated");
});

test("a persistent request with stop is interrupted into the stopped state", async (t) => {
  const cloud = await startTestEc2(t);
  const id = await cloud.launch(persistent);

  cloud.ec2.interrupt(id, { noticeSeconds: 0, rebalance: false });
  await cloud.idle();
  assert.equal(see(cloud, id)?.State?.Name, "stopped");
  assert.equal(requestOf(cloud)?.Status?.Code, "instance-stopped-no-capacity");
  assert.equal(
    refusal(() => cloud.ops.StartInstances({ InstanceIds: [id] })),
    "IncorrectSpotRequestState",
  );
});

test("only running spot instances are interrupted", async (t) => {
  const { ec2, launch, ops, idle } = await startTestEc2(t);
  const how = { noticeSeconds: 120, rebalance: false };
  const onDemand = await launch();
  assert.equal(
    refusal(() => ec2.interrupt(onDemand, how)),
    "UnsupportedOperation",
  );
  const id = await launch(spot);
  ops.TerminateInstances({ InstanceIds: [id] });
  await idle();
  assert.equal(
    refusal(() => ec2.interrupt(id, how)),
    "IncorrectInstanceState",
  );
});
