import { type Aws, connect } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import type { GlobalOptions } from "./context.ts";
import { requireLocalCloud } from "./require-local-cloud.ts";

/**
 * The connection that the global options ask for. Under `--local` neither the environment nor a profile is looked
 * at, so that AWS credentials never reach the local cloud, nor its commands AWS.
 */
export async function connectFromOptions(
  options: GlobalOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Aws> {
  if (options.local) return connectLocally(options);
  const region = options.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  const endpointUrl = options.endpointUrl ?? env["AWS_ENDPOINT_URL"];
  const profile = options.profile ?? env["AWS_PROFILE"];
  return connect({
    region: region ?? (await regionOfProfile(profile)),
    ...(endpointUrl ? { endpointUrl } : {}),
    ...(options.profile ? { profile: options.profile } : {}),
  });
}

async function connectLocally({ stateDirectory, region }: GlobalOptions): Promise<Aws> {
  const cloud = await requireLocalCloud(stateDirectory);
  if (region !== undefined && region !== cloud.region) {
    throw new RunctlError("USAGE", `the local cloud is region ${cloud.region}, not ${region}`);
  }
  const { endpoint, accessKeyId, secretAccessKey } = cloud;
  return connect({
    region: cloud.region,
    endpointUrl: endpoint,
    credentials: { accessKeyId, secretAccessKey },
  });
}

async function regionOfProfile(profile: string | undefined): Promise<string> {
  const { regionFromSharedConfig } = await import("../aws/shared-config.ts");
  const region = await regionFromSharedConfig(profile);
  if (region) return region;
  throw new RunctlError("CONFIGURATION", "no region is set", {
    hint: "give --region, set AWS_REGION, or use --local for the local cloud",
  });
}
