export { GetCallerIdentity$ } from "@aws-sdk/client-sts";
