import type { Ec2 } from "./ec2.ts";
import { tagsOf } from "./tags.ts";

/** Resource types whose ARN has no account ("Resource types defined by Amazon EC2", Service Authorization Reference). */
const withoutAccount: ReadonlySet<string> = new Set(["image", "snapshot"]);

/** @param id `*` for a resource that the action is about to make. */
export function arnOf(ec2: Ec2, type: string, id: string): string {
  const account = withoutAccount.has(type) ? "" : ec2.accountId;
  return `arn:aws:ec2:${ec2.region}:${account}:${type}/${id}`;
}

export type Context = Record<string, string | readonly string[]>;

/** The tags of a resource that exists, under both of the names that EC2 gives them. */
export function resourceTags(ec2: Ec2, id: string): Context {
  return Object.fromEntries(
    Object.entries(tagsOf(ec2, id)).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`ec2:ResourceTag/${key}`, value],
    ]),
  );
}

interface RequestTag {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** The tags that a request brings. `aws:TagKeys` is absent when there are none. */
export function requestTags(tags: readonly RequestTag[] | undefined): Context {
  if (!tags?.length) return {};
  const context: Context = { "aws:TagKeys": tags.map(({ Key = "" }) => Key) };
  for (const { Key = "", Value = "" } of tags) context[`aws:RequestTag/${Key}`] = Value;
  return context;
}
