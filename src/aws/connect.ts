import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";

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
}

export function connect(options: ConnectOptions): Aws {
  const settings = {
    region: options.region,
    ...(options.endpointUrl ? { endpoint: options.endpointUrl } : {}),
    ...(options.profile ? { profile: options.profile } : {}),
    ...(options.credentials ? { credentials: options.credentials } : {}),
    ...(options.maxAttempts === undefined ? {} : { maxAttempts: options.maxAttempts }),
  };
  // S3's virtual-host names need DNS that an endpoint of one's own rarely has.
  const forcePathStyle = options.endpointUrl !== undefined;
  return {
    region: options.region,
    endpointUrl: options.endpointUrl,
    ec2: once(async () => new (await import("./sdk/ec2.ts")).EC2Client(settings)),
    s3: once(
      async () => new (await import("./sdk/s3.ts")).S3Client({ ...settings, forcePathStyle }),
    ),
    iam: once(async () => new (await import("./sdk/iam.ts")).IAMClient(settings)),
    sts: once(async () => new (await import("./sdk/sts.ts")).STSClient(settings)),
    ssm: once(async () => new (await import("./sdk/ssm.ts")).SSMClient(settings)),
  };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= make());
}
