import { RunctlError } from "../errors.ts";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { imdsClient } from "./imds.ts";
import { type CredentialSource, renewingCredentials } from "./renewing-credentials.ts";
import { type EndpointRules, type S3Address, s3Address } from "./s3-address.ts";

/** What a data path of one's own needs to talk to S3. */
export interface S3Access {
  region: string;
  credentials: CredentialSource;
  /** @param region of the bucket, where it is known to be another than the connection's. */
  addressOf(bucket: string, region?: string): Promise<S3Address> | S3Address;
}

/** Credentials and settings come from the client of STS: all clients have the same, and it loads in 13 ms less than that of S3. */
export function s3Access(aws: Aws): S3Access {
  const { region, endpointUrl } = aws;
  let rules: EndpointRules | undefined;
  /** By region and bucket: they are asked for with each request. */
  const addresses = new Map<string, S3Address>();

  async function findAddress(name: string, bucket: string, bucketRegion: string) {
    if (rules === undefined) {
      const { config } = await aws.sts();
      const isDualStack = await config.useDualstackEndpoint();
      rules = { endpointUrl, isDualStack, isAccelerated: accelerated.has(aws) };
    }
    const address = s3Address(bucket, bucketRegion, rules);
    addresses.set(name, address);
    return address;
  }

  return {
    region,
    addressOf(bucket, bucketRegion = region) {
      const name = `${bucketRegion} ${bucket}`;
      return addresses.get(name) ?? findAddress(name, bucket, bucketRegion);
    },
    credentials: renewingCredentials(async (options) => {
      const { config } = await aws.sts();
      const provide = config.credentials as (how: object) => ReturnType<typeof config.credentials>;
      const given = await call("credentials", () => provide(options));
      return {
        accessKeyId: given.accessKeyId,
        secretAccessKey: given.secretAccessKey,
        sessionToken: given.sessionToken,
        expiresAt: given.expiration?.getTime(),
      };
    }),
  };
}

const accelerated = new WeakSet<Aws>();

/**
 * The connection for object bytes by way of the nearest edge location ("Configuring fast, secure file transfers using
 * Amazon S3 Transfer Acceleration"); it costs extra per GB.
 *
 * @param env says where instance metadata is, if it is not to be asked at its usual address.
 * @throws RunctlError USAGE where acceleration cannot be or brings nothing, CONFLICT where the bucket does not have it
 *   switched on.
 */
export async function accelerate(aws: Aws, bucket: string, env: NodeJS.ProcessEnv): Promise<Aws> {
  // Refuses names and endpoints that cannot be accelerated before anything is asked.
  s3Address(bucket, aws.region, {
    endpointUrl: aws.endpointUrl,
    isDualStack: false,
    isAccelerated: true,
  });
  const { GetBucketAccelerateConfigurationCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  const { Status } = await call("s3:GetAccelerateConfiguration", () =>
    client.send(new GetBucketAccelerateConfigurationCommand({ Bucket: bucket })),
  );
  if (Status !== "Enabled") {
    throw new RunctlError("CONFLICT", `bucket '${bucket}' has no transfer acceleration`, {
      hint: `aws s3api put-bucket-accelerate-configuration --bucket ${bucket} --accelerate-configuration Status=Enabled`,
    });
  }
  // S3 answers for buckets of the client's own region only, so by now that is the bucket's.
  if ((await instanceRegion(env)) === aws.region) {
    throw new RunctlError(
      "USAGE",
      `transfer acceleration: this instance is in ${aws.region}, as bucket '${bucket}' is, and would only pay for it`,
      { hint: "leave --use-acceleration out" },
    );
  }
  const made = { ...aws };
  accelerated.add(made);
  return made;
}

/** Where this program runs, if it is on an instance; anywhere else nobody answers. */
async function instanceRegion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (env["AWS_EC2_METADATA_DISABLED"] === "true") return undefined;
  const endpoint = env["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
  const imds = imdsClient({ timeoutMs: 1_000, ...(endpoint ? { endpoint } : {}) });
  return imds.read("meta-data/placement/region").catch(() => undefined);
}
