import type { Machine } from "../hosts/backend.ts";
import { shutdownLimitMs } from "./delays.ts";
import { type Ec2, nowText, waitLikeAws } from "./ec2.ts";
import { hostName } from "./instances.ts";
import type { InstanceRow, InstanceStateName, StateReasonRow } from "./rows.ts";
import { afterEnd, afterStop } from "./spot-end.ts";
import { driveVolume, makeDisk } from "./volume-life.ts";
import { attachmentsOf, updateAttachment } from "./volumes.ts";

/**
 * Brings an instance to where its row says it is going, one step at a time, and reads the row anew after each:
 * a call may have changed the direction meanwhile. Safe to call at any time.
 */
export function driveInstance(ec2: Ec2, instanceId: string): void {
  ec2.background.drive(instanceId, async () => {
    for (;;) {
      const state = ec2.instances.get(instanceId)?.state;
      if (state === "pending") await boot(ec2, instanceId);
      else if (state === "stopping" || state === "shutting-down") await switchOff(ec2, instanceId);
      else break;
    }
  });
}

export function updateInstance(ec2: Ec2, instanceId: string, change: Partial<InstanceRow>): void {
  const row = ec2.instances.get(instanceId);
  if (row) ec2.instances.put(instanceId, { ...row, ...change });
}

export function machineOf(ec2: Ec2, row: InstanceRow): Machine {
  const attached = attachmentsOf(ec2, row.instanceId);
  const isRoot = (device: string) => device === row.rootDeviceName;
  const root = attached.find(({ attachment }) => isRoot(attachment.device));
  return {
    instanceId: row.instanceId,
    instanceType: row.instanceType,
    hostName: hostName(row.privateIp),
    rootVolumeId: root?.volume.volumeId ?? "",
    attachments: attached
      .filter(({ attachment }) => !isRoot(attachment.device))
      .map(({ volume, attachment }) => ({
        volumeId: volume.volumeId,
        deviceName: attachment.device,
      })),
  };
}

async function boot(ec2: Ec2, instanceId: string): Promise<void> {
  try {
    const volumes = attachmentsOf(ec2, instanceId).map(({ volume }) => volume.volumeId);
    await Promise.all(volumes.map((volumeId) => makeDisk(ec2, volumeId)));
    await waitLikeAws(ec2, "launchInstance");
    const row = ec2.instances.get(instanceId);
    if (row?.state !== "pending") return;
    await ec2.backend.boot(machineOf(ec2, row), ec2.guestServices);
  } catch (error) {
    if (ec2.signal.aborted) throw error;
    ec2.report(instanceId, error);
    beginEnd(ec2, instanceId, "shutting-down", {
      code: "Server.InternalError",
      message: "Server.InternalError: Internal error on launch",
    });
    return;
  }
  ec2.store.transaction(() => {
    for (const { volume } of attachmentsOf(ec2, instanceId)) {
      updateAttachment(ec2, volume.volumeId, instanceId, (attachment) =>
        attachment.state === "attaching" ? { ...attachment, state: "attached" } : attachment,
      );
    }
    if (ec2.instances.get(instanceId)?.state === "pending") {
      updateInstance(ec2, instanceId, { state: "running" });
    }
  });
  watch(ec2, instanceId);
}

/** Notices when a running machine goes off by itself: `poweroff` inside ("Change the instance initiated shutdown behavior"). */
export function watch(ec2: Ec2, instanceId: string): void {
  noticeOff(ec2, instanceId).catch((error: unknown) => ec2.report(instanceId, error));
}

async function noticeOff(ec2: Ec2, instanceId: string): Promise<void> {
  await ec2.backend.whenOff(instanceId);
  const row = ec2.instances.get(instanceId);
  if (row?.state !== "running" || ec2.signal.aborted) return;
  beginOwnEnd(ec2, row);
  driveInstance(ec2, instanceId);
}

/** What follows when the guest has switched itself off: stop or termination, as the instance was told. */
export function beginOwnEnd(ec2: Ec2, { instanceId, shutdownBehavior }: InstanceRow): void {
  beginEnd(ec2, instanceId, shutdownBehavior === "terminate" ? "shutting-down" : "stopping", {
    code: "Client.InstanceInitiatedShutdown",
    message: "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
  });
}

/**
 * Turns an instance towards stop or termination. Its machine is asked to shut down; `pullPlug`: it is not asked.
 * The caller drives it afterwards.
 */
export function beginEnd(
  ec2: Ec2,
  instanceId: string,
  state: InstanceStateName & ("stopping" | "shutting-down"),
  reason: Omit<StateReasonRow, "at">,
  { pullPlug = false }: { pullPlug?: boolean } = {},
): void {
  const limit = pullPlug ? 0 : shutdownLimitMs;
  updateInstance(ec2, instanceId, {
    state,
    reason: { ...reason, at: nowText(ec2) },
    plugPulledAt: new Date(ec2.clock.now() + limit).toISOString(),
  });
}

async function switchOff(ec2: Ec2, instanceId: string): Promise<void> {
  const row = ec2.instances.get(instanceId);
  const limit = Date.parse(row?.plugPulledAt ?? nowText(ec2)) - ec2.clock.now();
  if (limit > 0) await shutDownWithin(ec2, instanceId, limit);
  else await ec2.backend.cutPower(instanceId);
  await waitLikeAws(ec2, row?.state === "stopping" ? "stopInstance" : "terminateInstance");
  finish(ec2, instanceId);
}

async function shutDownWithin(ec2: Ec2, instanceId: string, limitMs: number): Promise<void> {
  const enough = new AbortController();
  const limit = ec2.clock
    .sleep(limitMs, AbortSignal.any([ec2.signal, enough.signal]))
    .then(() => "limit" as const);
  try {
    await ec2.backend.pressPowerButton(instanceId);
    const off = ec2.backend.whenOff(instanceId).then(() => "off" as const);
    if ((await Promise.race([off, limit])) === "limit") await ec2.backend.cutPower(instanceId);
  } finally {
    enough.abort();
    await limit.catch(() => {});
  }
  ec2.signal.throwIfAborted();
}

/** The machine is off: the row says so, and on termination its volumes are let go or deleted, all in one write. */
function finish(ec2: Ec2, instanceId: string): void {
  const row = ec2.instances.get(instanceId);
  if (!row) return;
  const attached = attachmentsOf(ec2, instanceId);
  const isEnd = row.state === "shutting-down";
  ec2.store.transaction(() => {
    for (const { volume, attachment } of attached) {
      // What was on its way out of a machine is out when the machine is off.
      if (isEnd || attachment.state === "detaching" || attachment.state === "busy") {
        updateAttachment(ec2, volume.volumeId, instanceId, () => undefined);
      }
      const now = ec2.volumes.get(volume.volumeId);
      // Of a Multi-Attach volume the last attached instance decides (TerminateInstances API page).
      if (now && isEnd && attachment.deleteOnTermination && now.attachments.length === 0) {
        ec2.volumes.put(now.volumeId, { ...now, state: "deleting" });
      }
    }
    updateInstance(ec2, instanceId, {
      state: isEnd ? "terminated" : "stopped",
      plugPulledAt: undefined,
      interruption: undefined,
      rebalanceNoticeAt: undefined,
      ...(isEnd ? { terminatedAt: nowText(ec2) } : {}),
    });
    if (isEnd) afterEnd(ec2, row);
    else afterStop(ec2, row);
  });
  for (const { volume } of attached) driveVolume(ec2, volume.volumeId);
}
