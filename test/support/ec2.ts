import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { ApiError } from "../../src/local-cloud/call.ts";
import { createEc2, type RunningEc2 } from "../../src/local-cloud/ec2/create-ec2.ts";
import { createFaults, type Faults } from "../../src/local-cloud/faults.ts";
import { createNullBackend, type NullBackend } from "../../src/local-cloud/hosts/null-backend.ts";
import type { InstanceProfile } from "../../src/local-cloud/service-parts.ts";
import { openStore, type Store } from "../../src/local-cloud/store.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

export interface TestEc2 {
  ec2: RunningEc2;
  ops: RunningEc2["service"]["operations"];
  backend: NullBackend;
  clock: ManualClock;
  faults: Faults;
  store: Store;
  /** Waits until nothing is under way; for tests without timers. */
  idle: () => Promise<void>;
  /** An instance that runs. */
  launch: (options?: Partial<LaunchOptions>) => Promise<string>;
  /** An available volume in the zone of `launch`. */
  volume: (sizeGiB?: number) => Promise<string>;
  /** The image for x86_64 types. */
  imageId: string;
  /** The same state, backend and clock under a new server, after this one died without a word. */
  restart: () => Promise<TestEc2>;
}

type LaunchOptions = Parameters<RunningEc2["service"]["operations"]["RunInstances"]>[0];

export interface TestEc2Options {
  timeScale?: number;
  backend?: NullBackend;
  clock?: ManualClock;
  store?: Store;
  profiles?: readonly InstanceProfile[];
  /** Failures of the host are part of the test. */
  mayFail?: boolean;
  /** True once this server counts as killed: it is not stopped after the test, for its work never ends. */
  isDead?: () => boolean;
}

export const testZone = "us-east-1a";

/** EC2's operations by themselves: in memory, on the null backend, with a clock that the test moves. */
export async function startTestEc2(t: TestContext, options: TestEc2Options = {}): Promise<TestEc2> {
  const clock = options.clock ?? createManualClock();
  const backend = options.backend ?? createNullBackend();
  const store = options.store ?? openStore(":memory:");
  const faults = createFaults();
  const failures: Error[] = [];
  const ec2 = createEc2({
    store,
    backend,
    faults,
    clock,
    profiles: {
      find: (wanted) =>
        options.profiles?.find(({ name, arn }) => name === wanted || arn === wanted),
    },
    timeScale: options.timeScale ?? 0,
    accountId: "123456789012",
    region: "us-east-1",
    guestServices: { imds: () => () => undefined, aws: () => () => undefined },
    report: (id, error) => {
      if (!options.mayFail) failures.push(new Error(`${id} failed`, { cause: error }));
    },
  });
  await ec2.start();
  t.after(async () => {
    if (!options.isDead?.()) await ec2.stop();
    assert.deepEqual(failures, []);
  });
  const ops = ec2.service.operations;
  const imageId =
    ec2.imageParameters["/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"];
  assert.ok(imageId);

  return {
    ec2,
    ops,
    backend,
    clock,
    faults,
    store,
    imageId,
    idle: () => ec2.idle(),
    async launch(wanted = {}) {
      const { Instances } = ops.RunInstances({
        ImageId: imageId,
        InstanceType: "c5.2xlarge",
        MinCount: 1,
        MaxCount: 1,
        Placement: { AvailabilityZone: testZone },
        ...wanted,
      });
      await ec2.idle();
      return Instances?.[0]?.InstanceId ?? "";
    },
    async volume(sizeGiB = 8) {
      const { VolumeId } = ops.CreateVolume({ AvailabilityZone: testZone, Size: sizeGiB });
      await ec2.idle();
      return VolumeId ?? "";
    },
    restart: () => startTestEc2(t, { ...options, backend, clock, store }),
  };
}

/** What an operation throws. */
export function apiErrorOf(work: () => unknown): ApiError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  return assert.fail("the operation was not refused");
}

/** The code of the error that an operation is refused with. */
export function refusal(work: () => unknown): string {
  return apiErrorOf(work).code;
}

export const spot = { InstanceMarketOptions: { MarketType: "spot" } } as const;
