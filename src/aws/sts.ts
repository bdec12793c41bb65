import { call } from "./call.ts";
import type { Aws } from "./connect.ts";

/** Whose credentials these are. */
export interface Caller {
  accountId: string;
  arn: string;
  /** First part of every ARN of this caller's clouds: aws · aws-cn · aws-us-gov. */
  partition: string;
}

export async function callerIdentity(aws: Aws): Promise<Caller> {
  const { GetCallerIdentityCommand } = await import("./sdk/sts.ts");
  const client = await aws.sts();
  const answer = await call("sts:GetCallerIdentity", () =>
    client.send(new GetCallerIdentityCommand()),
  );
  const arn = answer.Arn ?? "";
  return { accountId: answer.Account ?? "", arn, partition: arn.split(":")[1] || "aws" };
}
