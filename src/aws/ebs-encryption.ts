import { call } from "./call.ts";
import type { Aws } from "./connect.ts";

/**
 * The key that new volumes of the region are encrypted with where nobody names one: an ARN or a key id of the
 * account's own, or `alias/aws/ebs` for AWS's (API GetEbsDefaultKmsKeyId).
 */
export async function defaultVolumeKey(aws: Aws): Promise<string> {
  const { GetEbsDefaultKmsKeyIdCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const { KmsKeyId = "alias/aws/ebs" } = await call("ec2:GetEbsDefaultKmsKeyId", () =>
    client.send(new GetEbsDefaultKmsKeyIdCommand({})),
  );
  return KmsKeyId;
}
