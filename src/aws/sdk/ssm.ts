// See ec2.ts for why this file exists.
export { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
