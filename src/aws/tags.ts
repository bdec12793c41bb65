import type { Tag } from "@aws-sdk/client-ec2";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";

export type Tags = Readonly<Record<string, string>>;

export function tagsOf(tags: readonly Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}

export function toSdkTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Adds or replaces tags of an EC2 resource. */
export async function putTags(aws: Aws, resourceId: string, tags: Tags): Promise<void> {
  const { CreateTagsCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  await call("ec2:CreateTags", () =>
    client.send(new CreateTagsCommand({ Resources: [resourceId], Tags: toSdkTags(tags) })),
  );
}

/** Removes tags whatever their value; tags that are not there are no error. */
export async function removeTags(
  aws: Aws,
  resourceId: string,
  keys: readonly string[],
): Promise<void> {
  const { DeleteTagsCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  await call("ec2:DeleteTags", () =>
    client.send(
      new DeleteTagsCommand({ Resources: [resourceId], Tags: keys.map((Key) => ({ Key })) }),
    ),
  );
}
