import { type Clock, systemClock } from "../clock.ts";
import type { Interruption } from "./admin-api.ts";
import type { CloudStatus } from "./cloud-status.ts";
import { type Closers, createClosers } from "./closers.ts";
import { localAccountId, type LocalConnection, localRegion } from "./connection.ts";
import type { Ec2Summary } from "./ec2/summary.ts";
import { createErrorLog } from "./error-log.ts";
import { createFaults, type Faults } from "./faults.ts";
import type { Backend } from "./hosts/backend.ts";
import { chooseBackend } from "./hosts/choose-backend.ts";
import { openCloud } from "./open-cloud.ts";
import { identifyProcess } from "../process-identity.ts";
import type { ObserveRequest } from "./request-observer.ts";
import { hostListener, listen } from "./server.ts";
import { type HeldDirectory, holdStateDirectory, statePaths } from "./state-directory.ts";

export interface LocalCloudOptions {
  stateDirectory: string;
  /** 0, the default: any free one. */
  port?: number;
  /** A backend of one's own is for tests; default `auto`. */
  backend?: "auto" | "kernel" | "null" | Backend;
  /** 0, the default: a state changes as soon as the work behind it is done; 1: AWS's typical delays. */
  timeScale?: number;
  clock?: Clock;
  /** Sees every verified request, and may hold it up. */
  onRequest?: ObserveRequest;
  /** Unexpected failures, which also go to `errors.log` in the state directory. */
  onError?: (error: unknown) => void;
}

export interface LocalCloud {
  /** Such as `http://127.0.0.1:4566`. */
  endpoint: string;
  connection: LocalConnection;
  faults: Faults;
  status(): CloudStatus;
  /** @throws ApiError when the instance is unknown, not running, or no spot instance. */
  interrupt(instanceId: string, interruption: Interruption): void;
  /** Resolves when nothing is under way in EC2; a guest that shuts down and a notice that runs count. */
  idle(): Promise<void>;
  /** Stops serving; instances go on, and a later start takes them back. */
  stop(): Promise<void>;
  /** Ends every instance, frees all that the host holds for them, and stops. Volumes and objects stay in the state directory. */
  down(): Promise<void>;
  /** Resolves when the server has stopped, whoever asked for it. */
  ended: Promise<void>;
}

/** @throws RunctlError CONFLICT when a server runs in the directory already or the port is taken. */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const closers = createClosers();
  try {
    const held = await holdStateDirectory(options.stateDirectory);
    closers.add(() => held.release());
    return await serve(options, held, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function serve(
  options: LocalCloudOptions,
  held: HeldDirectory,
  closers: Closers,
): Promise<LocalCloud> {
  const { stateDirectory, backend: wanted = "auto" } = options;
  const logError = createErrorLog(statePaths(stateDirectory).errorLog);
  const report = (error: unknown): void => {
    logError(error);
    options.onError?.(error);
  };
  const backend =
    typeof wanted === "string" ? await chooseBackend(wanted, { stateDirectory }) : wanted;
  const faults = createFaults();
  const { gateway, ec2, s3 } = await openCloud({
    stateDirectory,
    keys: held.keys,
    backend,
    faults,
    clock: options.clock ?? systemClock,
    timeScale: options.timeScale ?? 0,
    onRequest: options.onRequest,
    report,
    closers,
  });

  const ended = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= closers.closeAll().finally(ended.resolve));
  const startedAt = new Date().toISOString();
  const status = (): CloudStatus => ({
    endpoint: server.endpoint,
    region: localRegion,
    accountId: localAccountId,
    backend: backend.kind,
    pid: process.pid,
    startedAt,
    ...countAll(ec2.summary(), s3.counts()),
    faults: faults.list(),
  });
  const interrupt = (id: string, { noticeSeconds, rebalance }: Interruption): void => {
    if (rebalance && noticeSeconds === undefined) ec2.recommendRebalance(id);
    else ec2.interrupt(id, { noticeSeconds: noticeSeconds ?? "none", rebalance });
  };
  const actions = {
    status,
    faults,
    interrupt,
    async down() {
      await ec2.down();
      // The answer to this very request must leave before the server closes.
      setImmediate(() => void stop().catch(report));
    },
  };
  const admin = { actions, token: held.keys.adminToken };
  const server = await listen(options.port ?? 0, (port) => hostListener(gateway, admin, port));
  closers.add(() => server.close());
  await ec2.start();

  const self = await identifyProcess(process.pid);
  if (!self) throw new Error("this process cannot be found");
  const { endpoint } = server;
  await held.announce({ ...self, endpoint, backend: backend.kind, startedAt });
  return {
    endpoint,
    connection: {
      endpoint,
      region: localRegion,
      accountId: localAccountId,
      accessKeyId: held.keys.accessKeyId,
      secretAccessKey: held.keys.secretAccessKey,
      adminToken: held.keys.adminToken,
      backend: backend.kind,
      pid: process.pid,
    },
    faults,
    status,
    interrupt,
    idle: () => ec2.idle(),
    stop,
    async down() {
      // Stopped already: its machines may be another server's by now.
      if (!stopping) await ec2.down();
      await stop();
    },
    ended: ended.promise,
  };
}

function countAll(ec2: Ec2Summary, s3: Readonly<Record<string, number>>) {
  const ofEc2 = Object.entries(ec2).map(([kind, all]) => [kind, all.length] as const);
  return { ...ec2, counts: { ...Object.fromEntries(ofEc2), ...s3 } };
}
