// See ec2.ts for why this file exists.
export { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
