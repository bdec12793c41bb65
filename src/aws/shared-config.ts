import { loadSharedConfigFiles } from "@smithy/core/config";

/** The region that the user's AWS configuration files give to a profile. */
export async function regionFromSharedConfig(
  profile: string | undefined,
): Promise<string | undefined> {
  const { configFile } = await loadSharedConfigFiles();
  return configFile[profile ?? "default"]?.["region"];
}
