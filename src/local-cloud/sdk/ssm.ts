export { GetParameter$, GetParameters$ } from "@aws-sdk/client-ssm";
