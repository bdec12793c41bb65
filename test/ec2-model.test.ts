import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import * as fc from "fast-check";
import { systemClock } from "../src/clock.ts";
import { createNullBackend, type NullBackend } from "../src/local-cloud/hosts/null-backend.ts";
import type { LocalCloud } from "../src/local-cloud/start-local-cloud.ts";
import * as model from "./support/ec2-model.ts";
import type { Step } from "./support/ec2-steps.ts";
import { story } from "./support/ec2-steps.ts";
import { startTestCloud } from "./support/local-cloud.ts";

const runs = 200;

/** Pauses of the cloud, such as that between two looks at a busy volume, shortened. */
const quickClock = {
  now: () => systemClock.now(),
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 2), signal),
};

interface World {
  ec2: EC2Client;
  cloud: LocalCloud;
  backend: NullBackend;
  imageId: string;
  expected: model.Model;
  /** Makes the client tokens of one story its own. */
  storyNumber: number;
}

test("the local cloud's volumes and instances do what a small model of EC2 does", async (t) => {
  const backend = createNullBackend();
  const { cloud, sdkOptions } = await startTestCloud(t, { backend, clock: quickClock });
  const ec2 = new EC2Client(sdkOptions);
  const ssm = new SSMClient(sdkOptions);
  const Name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  const imageId = Parameter?.Value ?? "";
  let storyNumber = 0;

  const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2 ** 31);
  t.diagnostic(`seed ${seed} (repeat with FC_SEED=${seed})`);
  await fc.assert(
    fc.asyncProperty(story, async (steps) => {
      storyNumber += 1;
      const expected = model.emptyModel();
      const world: World = { ec2, cloud, backend, imageId, expected, storyNumber };
      for (const step of steps) {
        await act(world, step);
        await compare(world, step);
      }
      await release(world);
    }),
    { seed, numRuns: runs },
  );
  assert.deepEqual(backend.machines(), [], "machines are left behind");
  assert.deepEqual(backend.disks(), [], "disks are left behind");
});

/** Does one step to both, and compares how it is answered. */
async function act(world: World, step: Step): Promise<void> {
  const { expected, ec2, cloud, backend } = world;
  const volumeId = "volume" in step ? pick(expected.volumes, step.volume) : "";
  const instanceId =
    "instance" in step && step.instance !== undefined
      ? pick(expected.instances, step.instance)
      : undefined;
  const one = { InstanceIds: [instanceId ?? ""] };
  switch (step.do) {
    case "create":
      return create(world, step);
    case "launch":
      return launch(world, step);
    case "attach": {
      const { device } = step;
      const input = { VolumeId: volumeId, InstanceId: instanceId ?? "", Device: device };
      const call = () => ec2.send(new AttachVolumeCommand(input));
      return same(step, model.attach(expected, volumeId, instanceId ?? "", device), call);
    }
    case "detach": {
      const { force } = step;
      const input = { VolumeId: volumeId, Force: force };
      const named = { ...input, ...(instanceId === undefined ? {} : { InstanceId: instanceId }) };
      const codes = model.detach(expected, volumeId, { instanceId, force });
      return same(step, codes, () => ec2.send(new DetachVolumeCommand(named)));
    }
    case "delete":
      return same(step, model.deleteVolume(expected, volumeId), () =>
        ec2.send(new DeleteVolumeCommand({ VolumeId: volumeId })),
      );
    case "set-deleted-with-instance":
      return setDeletedWithInstance(world, step, volumeId, instanceId ?? "");
    case "mount":
    case "unmount": {
      const isMounted = step.do === "mount";
      if (model.setMounted(expected, volumeId, instanceId ?? "", isMounted)) {
        backend.setMounted(instanceId ?? "", volumeId, isMounted);
      }
      return;
    }
    case "terminate":
      return same(step, model.terminate(expected, instanceId ?? ""), () =>
        ec2.send(new TerminateInstancesCommand(one)),
      );
    case "stop":
      return same(step, model.stop(expected, instanceId ?? ""), () =>
        ec2.send(new StopInstancesCommand(one)),
      );
    case "start":
      return same(step, model.start(expected, instanceId ?? ""), () =>
        ec2.send(new StartInstancesCommand(one)),
      );
    case "interrupt":
      return same(step, model.interrupt(expected, instanceId ?? ""), async () =>
        cloud.interrupt(instanceId ?? "", { noticeSeconds: 0, rebalance: false }),
      );
    case "power-off":
      if (model.powerOff(expected, instanceId ?? "")) backend.powerOff(instanceId ?? "");
      return;
  }
}

function pick(things: ReadonlyMap<string, unknown>, index: number): string {
  return [...things.keys()][index % things.size] ?? "";
}

async function create(
  { ec2, expected, storyNumber }: World,
  step: Step & { do: "create" },
): Promise<void> {
  const token = step.token && `${storyNumber} ${step.token}`;
  const parameters = JSON.stringify(step);
  const earlier = token === undefined ? undefined : expected.tokens.get(token);
  const isSame = earlier?.parameters === parameters;
  const codes: string[] = [];
  if (earlier && !isSame) codes.push("IdempotentParameterMismatch");
  if (step.sizeGiB === 0) codes.push("InvalidParameterValue");
  if (isSame && expected.volumes.get(earlier.volumeId)?.isGone)
    codes.push("InvalidVolume.NotFound");

  await same(step, codes, async () => {
    const { VolumeId = "" } = await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: step.zone,
        Size: step.sizeGiB,
        VolumeType: "io2",
        Iops: 100,
        MultiAttachEnabled: step.isMultiAttach,
        ...(token === undefined ? {} : { ClientToken: token }),
      }),
    );
    if (isSame) {
      assert.equal(VolumeId, earlier.volumeId, "another volume for the same token");
      return;
    }
    const { zone, isMultiAttach } = step;
    expected.volumes.set(VolumeId, { zone, isMultiAttach, isGone: false, attachments: new Map() });
    if (token !== undefined) expected.tokens.set(token, { volumeId: VolumeId, parameters });
  });
}

async function launch(
  { ec2, expected, imageId }: World,
  { zone, isSpot, onPowerOff }: Step & { do: "launch" },
): Promise<void> {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: imageId,
      InstanceType: "c5.2xlarge",
      MinCount: 1,
      MaxCount: 1,
      Placement: { AvailabilityZone: zone },
      InstanceInitiatedShutdownBehavior: onPowerOff,
      ...(isSpot ? { InstanceMarketOptions: { MarketType: "spot" } } : {}),
    }),
  );
  const [launched] = Instances ?? [];
  const instanceId = launched?.InstanceId ?? "";
  const root = launched?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? "";
  expected.instances.set(instanceId, { zone, isSpot, state: "running", onPowerOff });
  const attachment = {
    device: model.rootDevice,
    isDeletedWithInstance: true,
    isMounted: false,
    isBusy: false,
  };
  const attachments = new Map([[instanceId, attachment]]);
  expected.volumes.set(root, { zone, isMultiAttach: false, isGone: false, attachments });
}

async function setDeletedWithInstance(
  { ec2, expected }: World,
  step: Step & { do: "set-deleted-with-instance" },
  volumeId: string,
  instanceId: string,
): Promise<void> {
  const device = expected.volumes.get(volumeId)?.attachments.get(instanceId)?.device;
  const Ebs = { DeleteOnTermination: step.isDeleted };
  const codes = model.setDeletedWithInstance(expected, volumeId, instanceId, step.isDeleted);
  await same(step, codes, () =>
    ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: instanceId,
        BlockDeviceMappings: [{ DeviceName: device ?? "/dev/sdz", Ebs }],
      }),
    ),
  );
}

/** The call must succeed where the model names no code, and fail with one of its codes otherwise. */
async function same(
  step: Step,
  codes: readonly string[],
  call: () => Promise<unknown>,
): Promise<void> {
  let code: string | undefined;
  try {
    await call();
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    code = codeOf(error);
  }
  const isRight = code === undefined ? codes.length === 0 : codes.includes(code);
  const wanted = codes.length === 0 ? "success" : codes.join(" or ");
  assert.ok(isRight, `${JSON.stringify(step)} gave ${code ?? "success"}, the model ${wanted}`);
}

/** The SDK carries the code as the name; the cloud's own calls as `code`. */
function codeOf(error: unknown): string {
  assert.ok(error instanceof Error);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Waits until the cloud shows what the model holds. */
async function compare(world: World, step: Step): Promise<void> {
  const wanted = wantedView(world.expected);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const seen = await seenView(world);
    if (isDeepStrictEqual(seen, wanted)) return;
    if (Date.now() > deadline) assert.deepEqual(seen, wanted, `after ${JSON.stringify(step)}`);
  }
}

function wantedView({ volumes, instances }: model.Model) {
  return {
    volumes: [...volumes]
      .filter(([, { isGone }]) => !isGone)
      .map(([volumeId, { zone, attachments }]) => ({
        volumeId,
        zone,
        state: attachments.size > 0 ? "in-use" : "available",
        attachments: [...attachments].map(([instanceId, attachment]) => ({
          instanceId,
          device: attachment.device,
          state: attachment.isBusy ? "busy" : "attached",
          isDeletedWithInstance: attachment.isDeletedWithInstance,
        })),
      })),
    instances: [...instances].map(([instanceId, { state }]) => ({ instanceId, state })),
  };
}

async function seenView({ ec2, expected }: World) {
  const [{ Volumes }, { Reservations }] = await Promise.all([
    ec2.send(new DescribeVolumesCommand(anyOf("volume-id", expected.volumes))),
    ec2.send(new DescribeInstancesCommand(anyOf("instance-id", expected.instances))),
  ]);
  return {
    volumes: (Volumes ?? []).map((volume) => ({
      volumeId: volume.VolumeId,
      zone: volume.AvailabilityZone,
      state: volume.State,
      attachments: (volume.Attachments ?? []).map((attachment) => ({
        instanceId: attachment.InstanceId,
        device: attachment.Device,
        state: attachment.State,
        isDeletedWithInstance: attachment.DeleteOnTermination,
      })),
    })),
    instances: (Reservations ?? []).flatMap(({ Instances }) =>
      (Instances ?? []).map(({ InstanceId, State }) => ({
        instanceId: InstanceId,
        state: State?.Name,
      })),
    ),
  };
}

function anyOf(filter: string, things: ReadonlyMap<string, unknown>) {
  // With a value that matches nothing, because a filter needs one.
  return { Filters: [{ Name: filter, Values: ["none", ...things.keys()] }] };
}

/** Ends the story: everything that it made is deleted. */
async function release({ ec2, cloud, expected }: World): Promise<void> {
  const InstanceIds = [...expected.instances.keys()];
  await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  for (const instanceId of InstanceIds) model.terminate(expected, instanceId);
  await cloud.idle();
  for (const [VolumeId, { isGone }] of expected.volumes) {
    if (!isGone) await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  }
  await cloud.idle();
}
