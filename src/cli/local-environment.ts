import { resolve } from "node:path";
import type { LocalConnection } from "../local-cloud/connection.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** What a shell may keep: how clients print, wait and trust, not with whom they speak or as whom. */
const kept =
  /^AWS_(PAGER|CA_BUNDLE|DEFAULT_OUTPUT|CLI_.*|MAX_ATTEMPTS|RETRY_MODE|PAGE_SIZE|DATA_PATH)$/;

/** Unset also where this shell has none: the lines may be used in another. */
const strangers = [
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  // To runctl these are nearer than those of AWS.
  "RUNCTL_ENDPOINT_URL",
  "RUNCTL_PROFILE",
  "RUNCTL_REGION",
  "RUNCTL_STAGING_BUCKET",
  "RUNCTL_INSTANCE_PROFILE",
];

/**
 * What makes AWS clients that start in `shell` speak to this local cloud and to nobody else; an empty value is to be unset.
 *
 * Whatever AWS_* the shell has beyond these could name another endpoint (AWS_ENDPOINT_URL_S3 wins over AWS_ENDPOINT_URL),
 * other credentials, or a kind of endpoint that only AWS has (AWS_USE_FIPS_ENDPOINT), so it goes.
 *
 * @see AWS SDKs and Tools reference guide, "Service-specific endpoints" and "Environment variables support".
 */
export function localEnvironment(
  cloud: Pick<LocalConnection, "endpoint" | "accessKeyId" | "secretAccessKey" | "region">,
  clientConfig: string,
  shell: Variables,
): Record<string, string> {
  const own = {
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_ACCESS_KEY_ID: cloud.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.secretAccessKey,
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
    // The user's own files hold profiles, keys and endpoints.
    AWS_CONFIG_FILE: resolve(clientConfig),
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const others = Object.keys(shell).filter((name) => name.startsWith("AWS_") && !kept.test(name));
  const unset = Object.fromEntries([...strangers, ...others].map((name) => [name, ""]));
  return { ...unset, ...own, ...withoutProxy(cloud.endpoint, shell) };
}

/** A proxy cannot reach this computer's loopback; in both spellings, as programs read one or the other. */
function withoutProxy(endpoint: string, shell: Variables): Record<string, string> {
  const names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
  if (!names.some((name) => shell[name])) return {};
  const host = new URL(endpoint).hostname;
  const hosts = (shell["no_proxy"] || shell["NO_PROXY"] || "").split(",").filter(Boolean);
  const value = hosts.includes(host) ? hosts.join(",") : [...hosts, host].join(",");
  return { no_proxy: value, NO_PROXY: value };
}

/** One line of a POSIX shell. */
export function shellLine([name, value]: readonly [name: string, value: string]): string {
  return value === ""
    ? `unset ${name}`
    : `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`;
}
