import type { Clock } from "../../clock.ts";
import type { Faults } from "../faults.ts";
import type { Backend, GuestServices } from "../hosts/backend.ts";
import type { FindInstanceView, InstanceProfiles, SchemaService } from "../service-parts.ts";
import type { Store } from "../store.ts";
import { type Background, createBackground } from "./background.ts";
import { permissionChecks } from "./permissions.ts";
import { type Ec2, openTables } from "./ec2.ts";
import { imageParameters, prepareImages } from "./images.ts";
import { instanceView } from "./instance-view.ts";
import { interrupt, type Interruption, recommendRebalance } from "./interrupt.ts";
import { operationsOf } from "./operations.ts";
import { resume } from "./resume.ts";
import { type Ec2Summary, summaryOf } from "./summary.ts";

export interface Ec2Options {
  store: Store;
  backend: Backend;
  profiles: InstanceProfiles;
  faults: Faults;
  clock: Clock;
  /** 0: a state changes when the real work is done; 1: AWS's typical delays. */
  timeScale: number;
  accountId: string;
  region: string;
  guestServices: GuestServices;
  /** Where failures of the host go, with the id of the volume, snapshot or instance. */
  report: (id: string, error: unknown) => void;
}

export interface RunningEc2 {
  service: SchemaService & { operations: ReturnType<typeof operationsOf> };
  instanceView: FindInstanceView;
  /** Name of each public SSM parameter for images → image id. */
  imageParameters: Readonly<Record<string, string>>;
  /** Makes the images, takes back what an earlier server left running, finishes what it began. Call once, first. */
  start(): Promise<void>;
  /** @throws ApiError when the instance is no running spot instance. */
  interrupt(instanceId: string, how: Interruption): void;
  /** A rebalance recommendation without an interruption. */
  recommendRebalance(instanceId: string): void;
  summary(): Ec2Summary;
  /** Resolves when nothing is under way; a guest that shuts down and a notice that runs count. */
  idle(): Promise<void>;
  /** Ends the server's work; machines go on and are found again by the next `start`. */
  stop(): Promise<void>;
  /** `stop`, and every machine and what holds it is gone; disks and rows stay. */
  down(): Promise<void>;
}

export function createEc2(options: Ec2Options): RunningEc2 {
  const stopping = new AbortController();
  const background: Background = createBackground(stopping.signal, options.report);
  const ec2: Ec2 = {
    ...options,
    ...openTables(options.store),
    background,
    signal: stopping.signal,
  };
  async function stop(): Promise<void> {
    stopping.abort(new Error("the local cloud stops"));
    await background.idle();
  }
  return {
    service: { operations: operationsOf(ec2), checks: permissionChecks(ec2) },
    instanceView: (instanceId) => instanceView(ec2, instanceId),
    imageParameters: imageParameters(ec2),
    async start() {
      await prepareImages(ec2);
      await resume(ec2);
    },
    interrupt: (instanceId, how) => interrupt(ec2, instanceId, how),
    recommendRebalance: (instanceId) => recommendRebalance(ec2, instanceId),
    summary: () => summaryOf(ec2),
    idle: () => background.idle(),
    stop,
    async down() {
      await stop();
      await ec2.backend.releaseAll();
    },
  };
}
