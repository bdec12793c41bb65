import assert from "node:assert/strict";
import { test } from "node:test";
import { hurriedClock } from "../../test/support/hurried-clock.ts";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { mortalConnection, wasKilled } from "../../test/support/mortal-connection.ts";
import { ownedVolume, readyAccount } from "../../test/support/ready-account.ts";
import { type Aws, connect } from "../aws/connect.ts";
import { describeInstances, terminateInstance } from "../aws/instances.ts";
import { putTags, removeTags } from "../aws/tags.ts";
import type { AwsVolume } from "../aws/volumes.ts";
import type { RunctlError } from "../errors.ts";
import { tagKeys } from "../tags.ts";
import { ownedInstances } from "./find-instance.ts";
import { launchInstance } from "./launch-instance.ts";
import type { LaunchRequest } from "./launch-request.ts";

const silent = { report: () => undefined };

function wish(members: Partial<LaunchRequest> = {}): LaunchRequest {
  return {
    op: "op-of-this-test",
    spot: true,
    volumes: [],
    work: {
      kind: "command",
      command: ["python3", "train.py"],
      environment: {},
      asRoot: false,
      whenDone: "terminate",
    },
    ...members,
  };
}

const at = (volume: AwsVolume, mount = "/mnt/data") => ({ volume, mount, readOnly: false });

async function end(aws: Aws, instanceId: string) {
  await terminateInstance(aws, instanceId);
  for (;;) {
    const [instance] = await describeInstances(aws, { instanceIds: [instanceId] });
    if (instance?.state === "terminated") return;
  }
}

test("an instance is born with its tags, in the zone of its volume", async (t) => {
  const { aws } = await readyAccount(t);
  const volume = await ownedVolume(aws, { zone: "us-east-1c" });

  const launched = await launchInstance(
    aws,
    wish({ volumes: [at(volume)], name: "train" }),
    silent,
  );

  assert.equal(launched.outcome, "launched");
  assert.equal(launched.zone, "us-east-1c");
  assert.equal(launched.instanceType, "c5.2xlarge");
  const [instance] = await describeInstances(aws, { instanceIds: [launched.instanceId] });
  assert.equal(instance?.lifecycle, "spot");
  const { [tagKeys.owner]: owner, ...tags } = instance?.tags ?? {};
  assert.match(owner ?? "", /^arn:aws:/);
  assert.deepEqual(tags, {
    Name: "train",
    Project: "runctl",
    "runctl:command": "python3 train.py",
    "runctl:managed": "true",
    [`runctl:mount.${volume.volumeId}`]: "/mnt/data",
    "runctl:op": "op-of-this-test",
    "runctl:state": "booting",
    "runctl:unfinished": "true",
  });
});

test("without capacity the next type is taken", async (t) => {
  const { aws, cloud } = await readyAccount(t);
  cloud.faults.set({ kind: "no-capacity", instanceType: "c5.2xlarge" });

  const instanceTypes = ["c5.2xlarge", "m5.large"];
  const launched = await launchInstance(aws, wish({ instanceTypes }), silent);

  assert.equal(launched.instanceType, "m5.large");
  assert.equal((await ownedInstances(aws)).length, 1);
});

test("without capacity for any type all that were tried are named", async (t) => {
  const { aws, cloud } = await readyAccount(t);
  cloud.faults.set({ kind: "no-capacity" });

  await assert.rejects(
    launchInstance(aws, wish({ instanceTypes: ["c5.2xlarge", "m5.large"] }), silent),
    {
      code: "CAPACITY",
      message: "no spot capacity in us-east-1a for c5.2xlarge, m5.large",
    },
  );
  assert.deepEqual(await ownedInstances(aws), []);
});

test("a volume that a live instance was launched for is a conflict that names both", async (t) => {
  const { aws } = await readyAccount(t);
  const volume = await ownedVolume(aws);
  const first = await launchInstance(aws, wish({ volumes: [at(volume)] }), silent);

  await assert.rejects(launchInstance(aws, wish({ op: "other", volumes: [at(volume)] }), silent), {
    code: "CONFLICT",
    message: `${volume.volumeId} is used by ${first.instanceId} (booting)`,
  });
  assert.equal((await ownedInstances(aws)).length, 1);
});

test("of two launches at the same moment for one volume the later one's instance is ended at once", async (t) => {
  const cloud = await readyAccount(t);
  const { aws } = cloud;
  const both = Promise.withResolvers<void>();
  let launches = 0;
  (await aws.ec2()).middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === "RunInstancesCommand" && (launches += 1) === 2) both.resolve();
        if (commandName === "RunInstancesCommand") await both.promise;
        return next(args);
      },
    { step: "initialize" },
  );
  const volumes = [at(await ownedVolume(aws))];

  const ends = await Promise.allSettled(
    ["one", "other"].map((op) => launchInstance(aws, wish({ op, volumes }), silent)),
  );
  await cloud.settled();

  const won = ends.find((one) => one.status === "fulfilled")?.value.instanceId;
  const lost = ends.find((one) => one.status === "rejected")?.reason as RunctlError;
  assert.equal(lost.code, "CONFLICT");
  assert.ok(lost.message.includes(`was promised to ${won} at the same moment`), lost.message);
  const alive = (await ownedInstances(aws)).filter(({ state }) => state !== "terminated");
  assert.deepEqual(
    alive.map(({ instanceId }) => instanceId),
    [won],
  );
});

test("before setup a launch says what to type, and makes nothing", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);

  await assert.rejects(launchInstance(aws, wish(), silent), {
    code: "CONFIGURATION",
    hint: "runctl aws setup",
  });
  assert.deepEqual(await ownedInstances(aws), []);
});

test("the same launch goes on with its unfinished instance, and makes a new one after it", async (t) => {
  const { aws } = await readyAccount(t);
  const first = await launchInstance(aws, wish(), silent);

  const again = await launchInstance(aws, wish(), silent);
  await removeTags(aws, first.instanceId, [tagKeys.unfinished]);
  const after = await launchInstance(aws, wish(), silent);

  assert.deepEqual(again, { ...first, outcome: "continued" });
  assert.equal(after.outcome, "launched");
  assert.notEqual(after.instanceId, first.instanceId);
});

for (const state of ["interrupted", "failed"]) {
  test(`an instance that is ${state} is not gone on with`, async (t) => {
    const { aws } = await readyAccount(t);
    const volume = await ownedVolume(aws);
    const request = wish({ volumes: [at(volume)] });
    const first = await launchInstance(aws, request, silent);
    await putTags(aws, first.instanceId, { [tagKeys.state]: state });

    const second = await launchInstance(aws, request, silent);

    assert.notEqual(second.instanceId, first.instanceId);
  });
}

test("a command that ended while nobody watched does not run again", async (t) => {
  const { aws } = await readyAccount(t);
  const first = await launchInstance(aws, wish(), silent);
  await putTags(aws, first.instanceId, { [tagKeys.state]: "done", [tagKeys.exitCode]: "0" });
  await end(aws, first.instanceId);

  const again = await launchInstance(aws, wish(), silent);

  assert.deepEqual(again, { ...first, outcome: "continued" });
});

test("after a termination the same launch makes a new instance", async (t) => {
  const { aws } = await readyAccount(t);
  const first = await launchInstance(aws, wish(), silent);
  await end(aws, first.instanceId);

  const second = await launchInstance(aws, wish(), silent);

  assert.equal(second.outcome, "launched");
  assert.notEqual(second.instanceId, first.instanceId);
});

test("a new profile that EC2 does not know yet is waited for", async (t) => {
  const { aws, cloud } = await readyAccount(t);
  cloud.faults.set({ kind: "late-instance-profile", seconds: 1 });

  const launched = await launchInstance(aws, wish(), silent);

  assert.equal(launched.outcome, "launched");
});

test("a profile that EC2 never learns of ends the launch with AWS's own words", async (t) => {
  const { aws, cloud } = await readyAccount(t);
  cloud.faults.set({ kind: "late-instance-profile", seconds: 3_600 });

  await assert.rejects(launchInstance(aws, wish(), { ...silent, clock: hurriedClock() }), {
    code: "AWS_ERROR",
    message: /InvalidParameterValue/,
  });
});

for (const when of ["before", "after"] as const) {
  test(`a launch killed ${when} any of its calls and run again ends in one instance`, async (t) => {
    const { aws, connectOptions } = await readyAccount(t);
    let cuts = 0;
    for (let atCall = 1; atCall < 40; atCall += 1) {
      const volume = await ownedVolume(aws);
      const request = wish({ op: `killed-${when}-${atCall}`, volumes: [at(volume)] });
      const mortal = await mortalConnection(connectOptions, { atCall, when });

      const died = await wasKilled(launchInstance(mortal.aws, request, silent));
      await launchInstance(aws, request, silent);

      const instances = await describeInstances(aws, {
        filters: [{ Name: `tag:${tagKeys.op}`, Values: [request.op] }],
      });
      assert.equal(instances.length, 1, `${instances.length} after a death at call ${atCall}`);
      if (!died) break;
      cuts += 1;
    }
    assert.ok(cuts >= 12, `only ${cuts} places to die`);
  });
}
