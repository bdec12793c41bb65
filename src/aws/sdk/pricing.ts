// See ec2.ts for why this file exists.
export { GetProductsCommand, PricingClient } from "@aws-sdk/client-pricing";
