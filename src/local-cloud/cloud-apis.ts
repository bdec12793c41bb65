import type { Api } from "./protocol/answer-call.ts";
import { operationSchemas } from "./protocol/api-schemas.ts";
import { iamQuery, stsQuery } from "./protocol/aws-query.ts";
import { ec2Query } from "./protocol/ec2-query.ts";
import { json } from "./protocol/json.ts";
import type { SchemaService } from "./service-parts.ts";

export interface SchemaServices {
  ec2: SchemaService;
  iam: SchemaService;
  sts: SchemaService;
  ssm: SchemaService;
}

/**
 * The services with the protocols and schemas that they are spoken to by.
 * The SDK's modules are big: they load here, when a cloud starts.
 */
export async function loadApis(services: SchemaServices): Promise<ReadonlyMap<string, Api>> {
  const [ec2, iam, sts, ssm] = await Promise.all([
    import("@aws-sdk/client-ec2"),
    import("@aws-sdk/client-iam"),
    import("@aws-sdk/client-sts"),
    import("@aws-sdk/client-ssm"),
  ]);
  const apis: Api[] = [
    { prefix: "ec2", protocol: ec2Query, schemaOf: operationSchemas(ec2), service: services.ec2 },
    { prefix: "iam", protocol: iamQuery, schemaOf: operationSchemas(iam), service: services.iam },
    { prefix: "sts", protocol: stsQuery, schemaOf: operationSchemas(sts), service: services.sts },
    { prefix: "ssm", protocol: json, schemaOf: operationSchemas(ssm), service: services.ssm },
  ];
  return new Map(apis.map((api) => [api.prefix, api]));
}
