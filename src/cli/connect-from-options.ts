import { type Aws, connect } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import type { Config } from "./config.ts";
import type { GlobalOptions } from "./context.ts";
import { requireLocalCloud } from "./require-local-cloud.ts";

/**
 * The connection that the global options ask for. Under `--local` neither the environment nor a profile is looked
 * at, so that AWS credentials never reach the local cloud, nor its commands AWS.
 *
 * @param signal ends the calls that are under way.
 */
export async function connectFromOptions(
  options: GlobalOptions,
  config: Config,
  signal: AbortSignal,
): Promise<Aws> {
  if (options.local) return connectLocally(options, signal);
  const profile = options.profile ?? config.profile;
  if (profile) await requireProfile(profile);
  const endpointUrl = options.endpointUrl ?? config["endpoint-url"];
  return connect({
    region: options.region ?? config.region ?? (await regionOfProfile(profile)),
    ...(endpointUrl ? { endpointUrl } : {}),
    ...(profile ? { profile } : {}),
    signal,
  });
}

async function connectLocally(
  { stateDirectory, region }: GlobalOptions,
  signal: AbortSignal,
): Promise<Aws> {
  const cloud = await requireLocalCloud(stateDirectory);
  if (region !== undefined && region !== cloud.region) {
    throw new RunctlError("USAGE", `the local cloud is region ${cloud.region}, not ${region}`, {
      hint: "leave --region out",
    });
  }
  const { endpoint, accessKeyId, secretAccessKey } = cloud;
  return connect({
    region: cloud.region,
    endpointUrl: endpoint,
    credentials: { accessKeyId, secretAccessKey },
    signal,
  });
}

/** The SDK would only say that it found no credentials at all. */
async function requireProfile(profile: string): Promise<void> {
  const { sharedProfiles } = await import("../aws/shared-config.ts");
  const names = await sharedProfiles();
  if (names.includes(profile)) return;
  throw new RunctlError("CONFIGURATION", `the AWS configuration has no profile '${profile}'`, {
    hint: names.length > 0 ? `it has: ${names.join(", ")}` : "make one with: aws configure",
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
