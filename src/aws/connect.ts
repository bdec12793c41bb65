import { readFileSync } from "node:fs";
import type { AgentOptions } from "node:https";
import { getCACertificates } from "node:tls";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import { RunctlError } from "../errors.ts";
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
}

/**
 * With the default three attempts, a dead end is an error within a minute. The SDK's own client waits for ever.
 *
 * The limit is one of silence and not of the whole request: the 100 MB of a runtime may take their time.
 */
export function connect(options: ConnectOptions): Aws {
  const { signal, patience = {} } = options;
  const settings = {
    region: options.region,
    ...(options.endpointUrl ? { endpoint: options.endpointUrl } : {}),
    ...(options.profile ? { profile: options.profile } : {}),
    ...(options.credentials ? { credentials: options.credentials } : {}),
    ...(options.maxAttempts === undefined ? {} : { maxAttempts: options.maxAttempts }),
    requestHandler: {
      connectionTimeout: patience.connectMs ?? 6_000,
      socketTimeout: patience.silentMs ?? 15_000,
      ...agentFor(process.env["AWS_CA_BUNDLE"]),
    },
  };
  const client = <Client extends AnyClient>(make: () => Promise<Client>) =>
    once(async () => {
      const made = await make();
      const patient = options.outlastMs ? outlastOutages(made, options.outlastMs) : made;
      return signal ? endCallsWith(patient, signal) : patient;
    });
  // S3's virtual-host names need DNS that an endpoint of one's own rarely has.
  const forcePathStyle = options.endpointUrl !== undefined;
  return {
    region: options.region,
    endpointUrl: options.endpointUrl,
    ec2: client(async () => new (await import("./sdk/ec2.ts")).EC2Client(settings)),
    s3: client(
      async () => new (await import("./sdk/s3.ts")).S3Client({ ...settings, forcePathStyle }),
    ),
    iam: client(async () => new (await import("./sdk/iam.ts")).IAMClient(settings)),
    sts: client(async () => new (await import("./sdk/sts.ts")).STSClient(settings)),
    ssm: client(async () => new (await import("./sdk/ssm.ts")).SSMClient(settings)),
  };
}

/** Whose certificates are believed: as the AWS CLI does it, because the SDK does not know the variable. */
function agentFor(caBundle: string | undefined): { httpsAgent?: AgentOptions } {
  if (!caBundle) return {};
  try {
    const ca = [readFileSync(caBundle, "utf8"), ...getCACertificates("extra")];
    return { httpsAgent: { ca } };
  } catch (error) {
    throw new RunctlError("CONFIGURATION", `AWS_CA_BUNDLE ${caBundle} cannot be read`, {
      hint: "set it to a file of certificates in PEM form, or unset it",
      cause: error,
    });
  }
}

type AnyClient = EC2Client | S3Client | IAMClient | STSClient | SSMClient;

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= make());
}
