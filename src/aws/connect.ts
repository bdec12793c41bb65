import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { PricingClient } from "@aws-sdk/client-pricing";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import { readCaBundle } from "./ca-bundle.ts";
import { endCallsWith } from "./end-calls.ts";
import { outlastOutages } from "./outlast-outages.ts";

export interface StaticCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Where to send calls and whose they are; undefined members are left to the SDK's own chain. */
export interface ConnectOptions {
  region: string;
  endpointUrl?: string;
  profile?: string;
  credentials?: StaticCredentials;
  /** How often a call is made at most while AWS is busy or out of reach; the pauses grow to 20 s. Default 3. */
  maxAttempts?: number;
  /** How long a call goes on while AWS cannot be reached at all; default 0: until its attempts are over. */
  outlastMs?: number;
  /** Ends every call that is under way when it aborts, with its reason. */
  signal?: AbortSignal;
  patience?: Patience;
  /** A file of certificates in place of the usual authorities; default: AWS_CA_BUNDLE, which the SDK does not know. */
  caBundle?: string;
}

/** How long one attempt of a call may wait, in milliseconds. */
interface Patience {
  /** For a connection; default 6,000. */
  connectMs?: number;
  /** For the next byte of an answer, or for taking one of the request; default 15,000. */
  silentMs?: number;
}

/** A connection to AWS. Clients are made, and the SDK is loaded, on first use. */
export interface Aws {
  readonly region: string;
  /** Undefined: AWS itself. */
  readonly endpointUrl: string | undefined;
  ec2(): Promise<EC2Client>;
  s3(): Promise<S3Client>;
  iam(): Promise<IAMClient>;
  sts(): Promise<STSClient>;
  ssm(): Promise<SSMClient>;
  /** Of the price list, which speaks of all regions. */
  pricing(): Promise<PricingClient>;
}

/**
 * With the default three attempts, a dead end is an error within a minute. The SDK's own client waits for ever.
 *
 * The limit is one of silence and not of the whole request: the 100 MB of a runtime may take their time.
 */
export function connect(options: ConnectOptions): Aws {
  const { signal } = options;
  const settings = once(async () => settingsOf(options));
  const client = <Client extends AnyClient>(make: (settings: Settings) => Promise<Client>) =>
    once(async () => {
      const made = await make(await settings());
      const patient = options.outlastMs ? outlastOutages(made, options.outlastMs) : made;
      return signal ? endCallsWith(patient, signal) : patient;
    });
  // S3's virtual-host names need DNS that an endpoint of one's own rarely has.
  const forcePathStyle = options.endpointUrl !== undefined;
  return {
    region: options.region,
    endpointUrl: options.endpointUrl,
    ec2: client(async (all) => new (await import("./sdk/ec2.ts")).EC2Client(all)),
    s3: client(
      async (all) => new (await import("./sdk/s3.ts")).S3Client({ ...all, forcePathStyle }),
    ),
    iam: client(async (all) => new (await import("./sdk/iam.ts")).IAMClient(all)),
    sts: client(async (all) => new (await import("./sdk/sts.ts")).STSClient(all)),
    ssm: client(async (all) => new (await import("./sdk/ssm.ts")).SSMClient(all)),
    pricing: client(
      async (all) =>
        new (await import("./sdk/pricing.ts")).PricingClient({ ...all, region: pricingRegion }),
    ),
  };
}

/** The price list has endpoints in a few regions only ("AWS Price List Query API endpoints": this is one of them). */
const pricingRegion = "us-east-1";

/** What all clients have in common. */
function settingsOf(options: ConnectOptions) {
  const { patience = {} } = options;
  return {
    region: options.region,
    ...(options.endpointUrl ? { endpoint: options.endpointUrl } : {}),
    ...(options.profile ? { profile: options.profile } : {}),
    ...(options.credentials ? { credentials: options.credentials } : {}),
    ...(options.maxAttempts === undefined ? {} : { maxAttempts: options.maxAttempts }),
    requestHandler: {
      connectionTimeout: patience.connectMs ?? 6_000,
      socketTimeout: patience.silentMs ?? 15_000,
      ...believing(readCaBundle(options.caBundle ?? process.env["AWS_CA_BUNDLE"])),
    },
  };
}

const believing = (ca: string[] | undefined) => (ca ? { httpsAgent: { ca } } : {});

type AnyClient = EC2Client | S3Client | IAMClient | STSClient | SSMClient | PricingClient;

type Settings = ReturnType<typeof settingsOf>;

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= make());
}
