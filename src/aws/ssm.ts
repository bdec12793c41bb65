import { call } from "./call.ts";
import type { Aws } from "./connect.ts";

/** @throws RunctlError NOT_FOUND for a parameter that this region does not have. */
export async function parameterValue(aws: Aws, name: string): Promise<string> {
  const { GetParameterCommand } = await import("./sdk/ssm.ts");
  const client = await aws.ssm();
  const answer = await call(`ssm:GetParameter ${name}`, () =>
    client.send(new GetParameterCommand({ Name: name })),
  );
  return answer.Parameter?.Value ?? "";
}
