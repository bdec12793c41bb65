import { loadSharedConfigFiles } from "@smithy/core/config";

/** The region that the user's AWS configuration files give to a profile. */
export async function regionFromSharedConfig(
  profile: string | undefined,
): Promise<string | undefined> {
  const { configFile } = await loadSharedConfigFiles();
  return configFile[profile ?? "default"]?.["region"];
}

/** The names of the profiles in the user's AWS configuration files. */
export async function sharedProfiles(): Promise<string[]> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  return [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])];
}
