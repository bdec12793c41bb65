import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  TagDescription,
} from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { missingParameter, stopIfDryRun } from "./errors.ts";
import { applyFilters } from "./filters.ts";
import { requireInstance } from "./instances.ts";
import { pageOf } from "./paging.ts";
import { requireSnapshot } from "./snapshots.ts";
import { checkMetadataTagKeys, checkTagCount, readTags, tagsOf } from "./tags.ts";
import { requireVolume } from "./volumes.ts";

/** Rules: CreateTags API page; all resources or none. */
export function createTags(ec2: Ec2, input: CreateTagsRequest): void {
  const ids = requireTaggable(ec2, input.Resources);
  if (!input.Tags?.length) throw missingParameter("Tags");
  const tags = readTags(input.Tags);
  const next = ids.map((id) => [id, { ...tagsOf(ec2, id), ...tags }] as const);
  for (const [id, all] of next) {
    checkTagCount(all);
    if (ec2.instances.get(id)?.metadata.instanceTags === "enabled") checkMetadataTagKeys(tags);
  }
  stopIfDryRun(input);
  ec2.store.transaction(() => {
    for (const [id, all] of next) ec2.tags.put(id, all);
  });
}

/**
 * Rules: DeleteTags API page. A tag goes if its key matches and no value is given, or the value given is its own
 * (an empty value matches only an empty one). Without tags all go.
 */
export function deleteTags(ec2: Ec2, input: DeleteTagsRequest): void {
  const ids = requireTaggable(ec2, input.Resources);
  stopIfDryRun(input);
  ec2.store.transaction(() => {
    for (const id of ids) {
      const left = Object.entries(tagsOf(ec2, id)).filter(([key, value]) => {
        if (!input.Tags) return false;
        return !input.Tags.some(
          (tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value),
        );
      });
      if (left.length > 0) ec2.tags.put(id, Object.fromEntries(left));
      else ec2.tags.delete(id);
    }
  });
}

function requireTaggable(ec2: Ec2, ids: readonly string[] | undefined): readonly string[] {
  if (!ids?.length) throw missingParameter("Resources");
  for (const id of ids) {
    const type = resourceTypeOf(id);
    if (type === "volume") requireVolume(ec2, id);
    else if (type === "instance") requireInstance(ec2, id);
    else if (type === "snapshot") requireSnapshot(ec2, id);
    else if (type === undefined) throw new ApiError("InvalidID", `The ID '${id}' is not valid`);
  }
  return ids;
}

const types: Readonly<Record<string, NonNullable<TagDescription["ResourceType"]>>> = {
  vol: "volume",
  i: "instance",
  snap: "snapshot",
  sir: "spot-instances-request",
  eni: "network-interface",
  ami: "image",
  vpc: "vpc",
  subnet: "subnet",
  sg: "security-group",
  rtb: "route-table",
};

/** Undefined for an id of no kind that the local cloud has. */
export function resourceTypeOf(id: string): TagDescription["ResourceType"] {
  return /^[a-z]+-[a-z0-9]+$/.test(id) ? types[id.split("-")[0] ?? ""] : undefined;
}

export function describeTags(ec2: Ec2, input: DescribeTagsRequest): DescribeTagsResult {
  const all = resourceIds(ec2).flatMap((ResourceId) =>
    Object.entries(tagsOf(ec2, ResourceId)).map(([Key, Value]): TagDescription => {
      const ResourceType = resourceTypeOf(ResourceId);
      return { ResourceId, Key, Value, ...(ResourceType ? { ResourceType } : {}) };
    }),
  );
  const found = applyFilters(
    all,
    input.Filters,
    {
      key: ({ Key }) => Key,
      "resource-id": ({ ResourceId }) => ResourceId,
      "resource-type": ({ ResourceType }) => ResourceType,
      value: ({ Value }) => Value,
    },
    ({ Key = "", Value = "" }) => ({ [Key]: Value }),
  );
  const page = pageOf(found, ({ ResourceId, Key }) => `${ResourceId} ${Key}`, input, {
    min: 5,
    max: 1_000,
    hasIds: false,
  });
  stopIfDryRun(input);
  return {
    Tags: [...page.rows],
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

function resourceIds(ec2: Ec2): string[] {
  return [
    ...ec2.instances.all().flatMap((row) => [row.instanceId, row.networkInterfaceId]),
    ...ec2.volumes.all().map((row) => row.volumeId),
    ...ec2.snapshots.all().map((row) => row.snapshotId),
    ...ec2.spotRequests.all().map((row) => row.spotRequestId),
  ];
}
