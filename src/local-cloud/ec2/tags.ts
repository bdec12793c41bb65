import type { Tag, TagSpecification } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { invalidValue } from "./errors.ts";

export type TagMap = Readonly<Record<string, string>>;

/** "Tag restrictions" in "Tag your Amazon EC2 resources", EC2 user guide. */
const tagLimits = { perResource: 50, keyLength: 128, valueLength: 256 } as const;

export function tagsOf(ec2: Ec2, resourceId: string): TagMap {
  return ec2.tags.get(resourceId) ?? {};
}

export function toSdkTags(tags: TagMap): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/**
 * Tags as a request gives them, checked.
 *
 * @throws ApiError InvalidParameterValue for a reserved, too long or repeated key or a too long value.
 */
export function readTags(tags: readonly Tag[]): TagMap {
  const read = new Map<string, string>();
  for (const { Key = "", Value = "" } of tags) {
    checkTag(Key, Value);
    if (read.has(Key)) {
      throw new ApiError("InvalidParameterValue", `Duplicate tag key '${Key}' specified.`);
    }
    read.set(Key, Value);
  }
  return Object.fromEntries(read);
}

function checkTag(key: string, value: string): void {
  if (key === "") throw new ApiError("InvalidParameterValue", "Tag key cannot be empty");
  if (key.length > tagLimits.keyLength) {
    throw invalidValue(
      "Tag.Key",
      key,
      `Tag key exceeds the maximum length of ${tagLimits.keyLength} characters`,
    );
  }
  if (value.length > tagLimits.valueLength) {
    throw invalidValue(
      "Tag.Value",
      value,
      `Tag value exceeds the maximum length of ${tagLimits.valueLength} characters`,
    );
  }
  if (/^aws:/i.test(key)) {
    throw invalidValue(
      "Tag.Key",
      key,
      "Tag keys starting with 'aws:' are reserved for internal use",
    );
  }
}

/** @throws ApiError TagLimitExceeded */
export function checkTagCount(tags: TagMap): void {
  if (Object.keys(tags).length > tagLimits.perResource) {
    throw new ApiError(
      "TagLimitExceeded",
      "The maximum number of Tags for a resource has been reached.",
    );
  }
}

/**
 * The tags that `TagSpecifications` gives to the new resources of one type.
 *
 * @param types the resource types that the action can tag at creation.
 * @throws ApiError InvalidParameterValue for a type that it cannot tag, TagLimitExceeded.
 */
export function tagsAtCreation<Type extends string>(
  specifications: readonly TagSpecification[] | undefined,
  types: readonly Type[],
): Readonly<Record<Type, TagMap>> {
  const byType = new Map<string, TagMap>();
  for (const { ResourceType = "", Tags } of specifications ?? []) {
    if (!(types as readonly string[]).includes(ResourceType)) {
      throw new ApiError(
        "InvalidParameterValue",
        `'${ResourceType}' is not a valid taggable resource type for this operation.`,
      );
    }
    if (byType.has(ResourceType)) {
      throw new ApiError(
        "InvalidParameterValue",
        `Tag specification resource type '${ResourceType}' is specified more than once.`,
      );
    }
    const tags = readTags(Tags ?? []);
    checkTagCount(tags);
    byType.set(ResourceType, tags);
  }
  return Object.fromEntries(types.map((type) => [type, byType.get(type) ?? {}])) as Record<
    Type,
    TagMap
  >;
}

/** Puts the tags of a new resource; part of the transaction that makes it. */
export function putTags(ec2: Ec2, resourceId: string, tags: TagMap): void {
  if (Object.keys(tags).length > 0) ec2.tags.put(resourceId, tags);
}

/**
 * "Use instance tags in instance metadata": what a key must look like while IMDS shows the tags.
 *
 * @throws ApiError InvalidParameterValue
 */
export function checkMetadataTagKeys(tags: TagMap): void {
  for (const key of Object.keys(tags)) {
    if (!/^[0-9a-zA-Z\-_+=,.@:]{1,255}$/.test(key) || [".", "..", "_index"].includes(key)) {
      throw new ApiError(
        "InvalidParameterValue",
        `'${key}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index')`,
      );
    }
  }
}
