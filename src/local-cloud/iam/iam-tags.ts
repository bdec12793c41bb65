import { ApiError } from "../call.ts";

interface Tag {
  Key: string | undefined;
  Value: string | undefined;
}

/** @see IAM API reference, "TagRole": at most 50. @throws ApiError LimitExceeded or InvalidInput. */
export function addTags(
  tags: Readonly<Record<string, string>>,
  added: readonly Tag[] = [],
): Record<string, string> {
  const result = { ...tags };
  for (const { Key = "", Value = "" } of added) {
    if (Key === "" || Key.startsWith("aws:")) {
      throw new ApiError("InvalidInput", `The tag key '${Key}' is not allowed`);
    }
    result[Key] = Value;
  }
  if (Object.keys(result).length > 50) {
    throw new ApiError("LimitExceeded", "The number of tags has reached the maximum limit.", 409);
  }
  return result;
}

export function withoutTags(
  tags: Readonly<Record<string, string>>,
  keys: readonly string[] = [],
): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}

export function tagList(
  tags: Readonly<Record<string, string>>,
): Array<{ Key: string; Value: string }> {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
