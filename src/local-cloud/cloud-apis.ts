import type { Api } from "./protocol/answer-call.ts";
import { operationSchemas } from "./protocol/api-schemas.ts";
import { iamQuery, stsQuery } from "./protocol/aws-query.ts";
import { ec2Query } from "./protocol/ec2-query.ts";
import { json } from "./protocol/json.ts";
import type { Protocol } from "./protocol/protocol.ts";
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
    import("./sdk/ec2.ts"),
    import("./sdk/iam.ts"),
    import("./sdk/sts.ts"),
    import("./sdk/ssm.ts"),
  ]);
  const apis = [
    apiOf("ec2", ec2Query, ec2, services.ec2),
    apiOf("iam", iamQuery, iam, services.iam),
    apiOf("sts", stsQuery, sts, services.sts),
    apiOf("ssm", json, ssm, services.ssm),
  ];
  return new Map(apis.map((api) => [api.prefix, api]));
}

function apiOf(
  prefix: keyof SchemaServices,
  protocol: Protocol,
  schemas: Readonly<Record<string, unknown>>,
  service: SchemaService,
): Api {
  const described = Object.keys(schemas).map((name) => name.slice(0, -1));
  const done = Object.keys(service.operations);
  const odd = [...described, ...done].filter(
    (name, _, all) => all.indexOf(name) === all.lastIndexOf(name),
  );
  if (odd.length > 0)
    throw new Error(`operations of ${prefix} and sdk/${prefix}.ts differ: ${odd.join(", ")}`);
  return { prefix, protocol, schemaOf: operationSchemas(schemas), service };
}
