import type {
  GetParameterCommandInput,
  GetParameterCommandOutput,
  GetParametersCommandInput,
  GetParametersCommandOutput,
  Parameter,
} from "@aws-sdk/client-ssm";
import { ApiError } from "./call.ts";
import type { SchemaService } from "./service-parts.ts";

export interface PublicImage {
  architecture: "x86_64" | "arm64";
  imageId: string;
}

/**
 * The names under which AWS publishes the images that `create` starts from.
 *
 * @see Systems Manager user guide, "Calling AMI public parameters"; AWS Deep Learning AMIs developer
 * guide, "Base OSS Nvidia driver GPU AMI (Amazon Linux 2023)".
 */
export function imageParameters(images: readonly PublicImage[]): Map<string, string> {
  return new Map(
    images.flatMap(({ architecture, imageId }) => [
      [`/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`, imageId],
      [
        `/aws/service/deeplearning/ami/${architecture}/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id`,
        imageId,
      ],
    ]),
  );
}

/** Systems Manager's Parameter Store, as far as AWS's own public parameters go. */
export function createSsm(options: {
  region: string;
  /** Name → value. */
  parameters: ReadonlyMap<string, string>;
  modified: Date;
}): SchemaService {
  const { region, parameters, modified } = options;
  const find = (name: string): Parameter | undefined => {
    const Value = parameters.get(name);
    if (Value === undefined) return undefined;
    return {
      Name: name,
      Type: "String",
      Value,
      Version: 1,
      LastModifiedDate: modified,
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
