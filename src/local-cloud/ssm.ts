import type {
  GetParameterCommandInput,
  GetParameterCommandOutput,
  GetParametersCommandInput,
  GetParametersCommandOutput,
  Parameter,
} from "@aws-sdk/client-ssm";
import { ApiError } from "./call.ts";
import type { SchemaService } from "./service-parts.ts";

/** The local images do not change. */
const publishedAt = new Date("2026-11-01T00:00:00Z");

/** Systems Manager's Parameter Store, as far as AWS's own public parameters go. */
export function createSsm(options: {
  region: string;
  /** Name → value. */
  parameters: Readonly<Record<string, string>>;
}): SchemaService {
  const { region, parameters } = options;
  const find = (name: string): Parameter | undefined => {
    const Value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (Value === undefined) return undefined;
    return {
      Name: name,
      Type: "String",
      Value,
      Version: 1,
      LastModifiedDate: publishedAt,
      ARN: parameterArn(region, name),
      DataType: "text",
    };
  };
  return {
    operations: {
      GetParameter({ Name = "" }: GetParameterCommandInput): GetParameterCommandOutput {
        const found = find(Name);
        if (!found) throw new ApiError("ParameterNotFound", `Parameter ${Name} not found.`);
        return { Parameter: found, $metadata: {} };
      },
      GetParameters({ Names = [] }: GetParametersCommandInput): GetParametersCommandOutput {
        if (Names.length > 10) {
          throw new ApiError("ValidationException", "Names must have at most 10 members");
        }
        return {
          Parameters: Names.map(find).filter((parameter) => parameter !== undefined),
          InvalidParameters: Names.filter((name) => !find(name)),
          $metadata: {},
        };
      },
    },
    checks(action, input: GetParameterCommandInput & GetParametersCommandInput) {
      const names = input.Names ?? [input.Name ?? ""];
      return names.map((name) => ({
        action: `ssm:${action}`,
        resource: parameterArn(region, name),
      }));
    },
  };
}

/** AWS's own parameters belong to no account. */
function parameterArn(region: string, name: string): string {
  return `arn:aws:ssm:${region}::parameter/${name.replace(/^\//, "")}`;
}
