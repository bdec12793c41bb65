import type { Aws } from "./connect.ts";

/** Keys of the moment; role credentials expire and are renewed by the SDK. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

/** What a data path of one's own needs to talk to S3. */
export interface S3Access {
  region: string;
  /** Where to connect for objects of a bucket, and what stands before the key in the path. */
  addressOf(bucket: string): S3Address;
  credentials(): Promise<Credentials>;
}

interface S3Address {
  protocol: "http:" | "https:";
  host: string;
  /** Undefined: the protocol's own. */
  port: number | undefined;
  /** Begins and ends with a slash; already encoded. */
  pathPrefix: string;
}

export function s3Access(aws: Aws): S3Access {
  return {
    region: aws.region,
    addressOf: (bucket) => s3Address(bucket, aws.region, aws.endpointUrl),
    async credentials() {
      const client = await aws.s3();
      const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
      return { accessKeyId, secretAccessKey, sessionToken };
    },
  };
}

/**
 * Virtual-host style on AWS ("Virtual hosting of general purpose buckets"); path style for an
 * endpoint of one's own, and for names with dots, which the TLS wildcard certificate does not cover.
 */
function s3Address(bucket: string, region: string, endpointUrl?: string): S3Address {
  if (endpointUrl) {
    const url = new URL(endpointUrl);
    return {
      protocol: url.protocol === "http:" ? "http:" : "https:",
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port === "" ? undefined : Number(url.port),
      pathPrefix: `${url.pathname.replace(/\/$/, "")}/${bucket}/`,
    };
  }
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const host = `s3.${region}.${domain}`;
  const address = { protocol: "https:", port: undefined } as const;
  return bucket.includes(".")
    ? { ...address, host, pathPrefix: `/${bucket}/` }
    : { ...address, host: `${bucket}.${host}`, pathPrefix: "/" };
}
