import { RunctlError } from "../errors.ts";

export interface S3Address {
  protocol: "http:" | "https:";
  host: string;
  /** Undefined: the protocol's own. */
  port: number | undefined;
  /** Begins and ends with a slash; already encoded. */
  pathPrefix: string;
}

export interface EndpointRules {
  /** Undefined: AWS itself. */
  endpointUrl: string | undefined;
  /** IPv6 besides IPv4 ("Using dual-stack endpoints for S3"). */
  isDualStack: boolean;
  isAccelerated: boolean;
}

/** What buckets may be called now, and what some from before March 2018 are called ("Bucket naming rules"). */
const bucketName = /^[a-zA-Z0-9._-]{3,255}$/;

/** A name that is a host's label, so that the wildcard certificate is for it. */
const hostLabel = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

const regionName = /^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/;

/** True for what may stand in a host's name: a server's word for a region must not lead to a host outside AWS. */
export function isRegionName(text: string): boolean {
  return regionName.test(text);
}

/**
 * The region whose S3 has the host of `url` ("Amazon Simple Storage Service endpoints and quotas"; `s3-REGION` is the
 * older form); undefined for every other host.
 */
export function regionOfS3Url(url: string): string | undefined {
  const { hostname = "", port = "" } = URL.parse(url) ?? {};
  const [, region, domain] = s3Host.exec(hostname) ?? [];
  if (region === undefined || port !== "" || !isRegionName(region)) return undefined;
  return domain === domainOf(region) ? region : undefined;
}

const s3Host = /^(?:[a-z0-9.-]+\.)?s3[.-](?:dualstack\.)?([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)$/;

/**
 * Where the objects of a bucket are. Virtual-host style on AWS ("Virtual hosting of general purpose buckets"); path
 * style for an endpoint of one's own, which rarely has the names, and for buckets whose name has dots or capitals.
 *
 * @throws RunctlError USAGE for a name that no bucket has or that cannot be accelerated, NOT_YET for directory buckets.
 */
export function s3Address(bucket: string, region: string, rules: EndpointRules): S3Address {
  if (!bucketName.test(bucket)) throw new RunctlError("USAGE", `'${bucket}' is no bucket's name`);
  if (bucket.endsWith("--x-s3")) {
    throw new RunctlError(
      "NOT_YET",
      `'${bucket}' is a directory bucket, which runctl cannot use yet`,
      {
        hint: "use a general purpose bucket",
      },
    );
  }
  if (rules.isAccelerated) return acceleratedAddress(bucket, region, rules);
  if (rules.endpointUrl) return ownEndpoint(bucket, rules.endpointUrl);
  const stack = rules.isDualStack ? "dualstack." : "";
  return onAws(`s3.${stack}${region}.${domainOf(region)}`, bucket);
}

function onAws(host: string, bucket: string): S3Address {
  const address = { protocol: "https:", port: undefined } as const;
  return hostLabel.test(bucket)
    ? { ...address, host: `${bucket}.${host}`, pathPrefix: "/" }
    : { ...address, host, pathPrefix: `/${bucket}/` };
}

function ownEndpoint(bucket: string, endpointUrl: string): S3Address {
  const url = new URL(endpointUrl);
  return {
    protocol: url.protocol === "http:" ? "http:" : "https:",
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? undefined : Number(url.port),
    pathPrefix: `${url.pathname.replace(/\/$/, "")}/${bucket}/`,
  };
}

/** "Configuring fast, secure file transfers using Amazon S3 Transfer Acceleration": no dots, and not in China. */
function acceleratedAddress(bucket: string, region: string, rules: EndpointRules): S3Address {
  if (rules.endpointUrl) throw noAcceleration(`${rules.endpointUrl} is not AWS`);
  if (!hostLabel.test(bucket)) throw noAcceleration(`not for a bucket named '${bucket}'`);
  if (region.startsWith("cn-")) throw noAcceleration(`not in ${region}`);
  return onAws(`s3-accelerate.${rules.isDualStack ? "dualstack." : ""}amazonaws.com`, bucket);
}

function noAcceleration(why: string): RunctlError {
  const hint = "leave --use-acceleration out";
  return new RunctlError("USAGE", `transfer acceleration: ${why}`, { hint });
}

const domainOf = (region: string) =>
  region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
