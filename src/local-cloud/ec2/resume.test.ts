import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { spot, startTestEc2, type TestEc2, testZone } from "../../../test/support/ec2.ts";
import { createNullBackend, type NullBackend } from "../hosts/null-backend.ts";
import { openStore, type Store } from "../store.ts";

/** Counts the writes and the calls to the host, and lets nothing through from the fatal one on. */
interface Life {
  step(): boolean;
  isOver(): boolean;
}

function lifeOf(steps: number): Life {
  let left = steps;
  return { step: () => left-- > 0, isOver: () => left <= 0 };
}

const die = () => {
  throw new Error("killed");
};

function mortalStore(store: Store, life: Life): Store {
  return {
    ...store,
    table<Row>(name: string) {
      const table = store.table<Row>(name);
      return {
        ...table,
        put: (key: string, row: Row) => (life.step() ? table.put(key, row) : die()),
        delete: (key: string) => (life.step() ? table.delete(key) : die()),
      };
    },
    transaction: (work) => store.transaction(work),
  };
}

function mortalBackend(backend: NullBackend, life: Life): NullBackend {
  const never = new Promise<never>(() => {});
  const unlessDead = <Result>(work: () => Promise<Result>) => (life.step() ? work() : never);
  return {
    ...backend,
    createDisk: (...given) => unlessDead(() => backend.createDisk(...given)),
    deleteDisk: (...given) => unlessDead(() => backend.deleteDisk(...given)),
    boot: (...given) => unlessDead(() => backend.boot(...given)),
    attachDisk: (...given) => unlessDead(() => backend.attachDisk(...given)),
    detachDisk: (...given) => unlessDead(() => backend.detachDisk(...given)),
    pressPowerButton: (...given) => unlessDead(() => backend.pressPowerButton(...given)),
    captureSnapshot: (...given) => unlessDead(() => backend.captureSnapshot(...given)),
  };
}

/** A life of two volumes and an instance; each promise that the death leaves open is not waited for. */
async function live({ ops, imageId, clock }: TestEc2): Promise<void> {
  const { Instances } = ops.RunInstances({
    ImageId: imageId,
    InstanceType: "c5.2xlarge",
    MinCount: 1,
    MaxCount: 1,
    ClientToken: "the only one",
    Placement: { AvailabilityZone: testZone },
    BlockDeviceMappings: [{ DeviceName: "/dev/sdg", Ebs: { VolumeSize: 1 } }],
    ...spot,
  });
  const InstanceId = Instances?.[0]?.InstanceId ?? "";
  await clock.advance(0);
  const { VolumeId = "" } = ops.CreateVolume({ AvailabilityZone: testZone, Size: 1 });
  await clock.advance(0);
  ops.AttachVolume({ VolumeId, InstanceId, Device: "/dev/sdf" });
  await clock.advance(0);
  void ops.CreateSnapshot({ VolumeId }).catch(() => undefined);
  await clock.advance(0);
  ops.DetachVolume({ VolumeId });
  await clock.advance(0);
  ops.TerminateInstances({ InstanceIds: [InstanceId] });
  await clock.advance(0);
  ops.DeleteVolume({ VolumeId });
  await clock.advance(0);
}

/** Lives `steps` writes and host calls long, dies, and is started again on what is left. */
async function dieAndRestart(t: TestContext, steps: number) {
  const [store, backend] = [openStore(":memory:"), createNullBackend()];
  // The images are made before the life that is cut short.
  const first = await startTestEc2(t, { store, backend });
  await first.ec2.stop();
  const life = lifeOf(steps);
  const mortal = await startTestEc2(t, {
    store: mortalStore(store, life),
    backend: mortalBackend(backend, life),
    mayFail: true,
    isDead: () => life.isOver(),
  });
  await live(mortal).catch(() => undefined);
  const after = await startTestEc2(t, { store, backend });
  await after.idle();
  return { after, backend, hasLived: !life.isOver() };
}

function checkWhole({ ops }: TestEc2, backend: NullBackend): void {
  const volumes = ops.DescribeVolumes({}).Volumes ?? [];
  for (const { State, Attachments } of volumes) {
    assert.ok(State === "available" || State === "in-use", `a volume is ${State}`);
    for (const attachment of Attachments ?? []) assert.equal(attachment.State, "attached");
  }
  const ids = volumes.map(({ VolumeId }) => VolumeId);
  assert.deepEqual(new Set(backend.disks()), new Set(ids), "disks and volumes differ");
  const running = (ops.DescribeInstances({}).Reservations ?? [])
    .flatMap(({ Instances }) => Instances ?? [])
    .filter(({ State }) => State?.Name !== "terminated");
  assert.ok(running.every(({ State }) => State?.Name === "running"));
  assert.deepEqual(
    backend.machines(),
    running.map(({ InstanceId }) => InstanceId),
  );
  for (const { State } of ops.DescribeSnapshots({ OwnerIds: ["self"] }).Snapshots ?? []) {
    assert.equal(State, "completed");
  }
}

test("a server killed at any write or host call leaves no half state to the next", async (t) => {
  let steps = 0;
  for (; steps < 200; steps += 1) {
    const { after, backend, hasLived } = await dieAndRestart(t, steps);
    checkWhole(after, backend);
    if (hasLived) break;
  }
  assert.ok(steps > 20 && steps < 200, `${steps} steps`);
});
