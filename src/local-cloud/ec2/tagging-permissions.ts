import type { TagSpecification } from "@aws-sdk/client-ec2";
import type { AuthorizationCheck } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { arnOf, requestTags } from "./resource-arns.ts";

/**
 * Tags at creation need ec2:CreateTags on the new resources too, where `ec2:CreateAction` says by which action
 * ("Grant permission to tag Amazon EC2 resources during creation").
 */
export function taggingCheck(
  ec2: Ec2,
  createAction: string,
  specifications: readonly TagSpecification[] | undefined,
): AuthorizationCheck[] {
  return (specifications ?? [])
    .filter(({ Tags }) => Tags?.length)
    .map(({ ResourceType = "*", Tags }) => ({
      action: "ec2:CreateTags",
      resource: arnOf(ec2, ResourceType, "*"),
      context: { "ec2:CreateAction": createAction, ...requestTags(Tags) },
    }));
}
