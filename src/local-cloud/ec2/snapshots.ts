import type {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  Snapshot,
} from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { type Ec2, nowText, waitLikeAws } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { applyFilters, type FilterFields, trueOrFalse } from "./filters.ts";
import { checkSnapshotId, newId } from "./ids.ts";
import { imageOwnerId, imagesOf } from "./images.ts";
import { pageOf } from "./paging.ts";
import type { SnapshotRow } from "./rows.ts";
import { putTags, tagsAtCreation, tagsOf, toSdkTags } from "./tags.ts";
import { requireVolume } from "./volumes.ts";

/** @throws ApiError InvalidParameterValue for a wrong form, InvalidSnapshot.NotFound */
export function requireSnapshot(ec2: Ec2, snapshotId: string): SnapshotRow {
  checkSnapshotId(snapshotId);
  const snapshot = ec2.snapshots.get(snapshotId);
  if (!snapshot) {
    throw new ApiError("InvalidSnapshot.NotFound", `The snapshot '${snapshotId}' does not exist.`);
  }
  return snapshot;
}

/** A volume can only be made from a completed snapshot (CreateVolume API page). @throws ApiError IncorrectState */
export function requireCompletedSnapshot(ec2: Ec2, snapshotId: string): SnapshotRow {
  const snapshot = requireSnapshot(ec2, snapshotId);
  if (snapshot.state !== "completed") {
    throw new ApiError("IncorrectState", `Snapshot is in invalid state - ${snapshot.state}`);
  }
  return snapshot;
}

/** "Pending snapshots per volume" in "Quotas for Amazon EBS": 5, for st1 and sc1 1. */
function maxPending(type: string): number {
  return type === "st1" || type === "sc1" ? 1 : 5;
}

/** Rules: CreateSnapshot API page. Answers when the point in time is fixed: what the guest writes later is not in it. */
export async function createSnapshot(ec2: Ec2, input: CreateSnapshotRequest): Promise<Snapshot> {
  const volume = requireVolume(ec2, input.VolumeId ?? "");
  const tags = tagsAtCreation(input.TagSpecifications, ["snapshot"]).snapshot;
  if (volume.state !== "ready") {
    throw new ApiError(
      "IncorrectState",
      `The volume '${volume.volumeId}' is in the '${volume.state}' state.`,
    );
  }
  const pending = ec2.snapshots
    .all()
    .filter(({ volumeId, state }) => volumeId === volume.volumeId && state === "pending");
  if (pending.length >= maxPending(volume.type)) {
    throw new ApiError(
      "ConcurrentSnapshotLimitExceeded",
      `Maximum allowed in-progress snapshots for the volume '${volume.volumeId}' exceeded.`,
    );
  }
  stopIfDryRun(input);

  const row: SnapshotRow = {
    snapshotId: newId("snap"),
    volumeId: volume.volumeId,
    sizeGiB: volume.sizeGiB,
    description: input.Description ?? "",
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    owner: ec2.accountId,
    state: "pending",
    startedAt: nowText(ec2),
    completedAt: undefined,
    writtenBytes: undefined,
  };
  ec2.store.transaction(() => {
    ec2.snapshots.put(row.snapshotId, row);
    putTags(ec2, row.snapshotId, tags);
  });
  await capture(ec2, row);
  driveSnapshot(ec2, row.snapshotId);
  return toSdkSnapshot(ec2, row);
}

async function capture(ec2: Ec2, { snapshotId, volumeId }: SnapshotRow): Promise<void> {
  try {
    const { writtenBytes } = await ec2.backend.captureSnapshot(volumeId, snapshotId);
    update(ec2, snapshotId, { writtenBytes });
  } catch (error) {
    ec2.report(snapshotId, error);
    update(ec2, snapshotId, { state: "error" });
  }
}

/** Completes a pending snapshot; captures it first when the server died before it could. */
export function driveSnapshot(ec2: Ec2, snapshotId: string): void {
  ec2.background.drive(snapshotId, async () => {
    const row = ec2.snapshots.get(snapshotId);
    if (row?.state !== "pending") return;
    if (row.writtenBytes === undefined) await capture(ec2, row);
    await waitLikeAws(ec2, "completeSnapshot");
    if (ec2.snapshots.get(snapshotId)?.state === "pending") {
      update(ec2, snapshotId, { state: "completed", completedAt: nowText(ec2) });
    }
  });
}

function update(ec2: Ec2, snapshotId: string, change: Partial<SnapshotRow>): void {
  const row = ec2.snapshots.get(snapshotId);
  if (row) ec2.snapshots.put(snapshotId, { ...row, ...change });
}

/** The filters of the DescribeSnapshots API page. */
const fields: FilterFields<SnapshotRow> = {
  description: ({ description }) => description,
  encrypted: ({ encrypted }) => trueOrFalse(encrypted),
  "owner-alias": ({ owner }) => (owner === "amazon" ? owner : undefined),
  "owner-id": ownerId,
  progress: progressOf,
  "snapshot-id": ({ snapshotId }) => snapshotId,
  "start-time": ({ startedAt }) => startedAt,
  status: ({ state }) => state,
  "storage-tier": () => "standard",
  "transfer-type": () => "standard",
  "volume-id": ({ volumeId }) => volumeId,
  "volume-size": ({ sizeGiB }) => String(sizeGiB),
};

export function describeSnapshots(
  ec2: Ec2,
  input: DescribeSnapshotsRequest,
): DescribeSnapshotsResult {
  const ids = input.SnapshotIds ?? [];
  const named =
    ids.length > 0
      ? [...new Set(ids)].map((snapshotId) => requireSnapshot(ec2, snapshotId))
      : ec2.snapshots.all();
  const owners = (input.OwnerIds ?? []).map((owner) => (owner === "self" ? ec2.accountId : owner));
  const owned = named.filter(({ owner }) => owners.length === 0 || owners.includes(owner));
  const found = applyFilters(owned, input.Filters, fields, ({ snapshotId }) =>
    tagsOf(ec2, snapshotId),
  );
  const page = pageOf(found, ({ snapshotId }) => snapshotId, input, {
    min: 5,
    max: 1_000,
    hasIds: ids.length > 0,
  });
  stopIfDryRun(input);
  return {
    Snapshots: page.rows.map((snapshot) => toSdkSnapshot(ec2, snapshot)),
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

/** Rules: DeleteSnapshot API page; the snapshot behind a registered image cannot go. */
export async function deleteSnapshot(ec2: Ec2, input: DeleteSnapshotRequest): Promise<void> {
  const { snapshotId, owner } = requireSnapshot(ec2, input.SnapshotId ?? "");
  const image = imagesOf(ec2).find((one) => one.snapshotId === snapshotId);
  if (image) {
    throw new ApiError(
      "InvalidSnapshot.InUse",
      `The snapshot ${snapshotId} is currently in use by ${image.imageId}`,
    );
  }
  if (owner !== ec2.accountId) {
    throw new ApiError(
      "UnauthorizedOperation",
      "You are not authorized to perform this operation.",
      403,
    );
  }
  stopIfDryRun(input);
  // Disk first: killed in between, the row is still there and the call can be made again.
  await ec2.backend.deleteSnapshot(snapshotId);
  ec2.store.transaction(() => {
    ec2.snapshots.delete(snapshotId);
    ec2.tags.delete(snapshotId);
  });
}

function ownerId({ owner }: SnapshotRow): string {
  return owner === "amazon" ? imageOwnerId : owner;
}

function progressOf({ state, writtenBytes }: SnapshotRow): string {
  if (state === "completed") return "100%";
  return writtenBytes === undefined ? "0%" : "50%";
}

function toSdkSnapshot(ec2: Ec2, snapshot: SnapshotRow): Snapshot {
  return {
    SnapshotId: snapshot.snapshotId,
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.sizeGiB,
    Description: snapshot.description,
    Encrypted: snapshot.encrypted,
    KmsKeyId: snapshot.kmsKeyId,
    OwnerId: ownerId(snapshot),
    OwnerAlias: snapshot.owner === "amazon" ? "amazon" : undefined,
    State: snapshot.state,
    Progress: progressOf(snapshot),
    StartTime: new Date(snapshot.startedAt),
    CompletionTime: snapshot.completedAt ? new Date(snapshot.completedAt) : undefined,
    FullSnapshotSizeInBytes: snapshot.writtenBytes,
    StorageTier: "standard",
    Tags: toSdkTags(tagsOf(ec2, snapshot.snapshotId)),
  };
}
