import type { TestContext } from "node:test";
import type { Credentials } from "../../src/aws/renewing-credentials.ts";
import { s3Address } from "../../src/aws/s3-address.ts";
import type { S3Access } from "../../src/aws/s3-access.ts";
import type { BodySink } from "../../src/transfer/http/body.ts";
import { createS3Client } from "../../src/transfer/s3/s3-client.ts";
import { type RawConnection, type RawServerOptions, startRawServer } from "./raw-server.ts";

export const testCredentials: Credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "secret",
  sessionToken: undefined,
};

/** What a client needs to talk to a server of the test's own. */
export function accessTo(endpointUrl: string, changes: Partial<S3Access> = {}): S3Access {
  return {
    region: "us-east-1",
    addressOf: (bucket, region = "us-east-1") =>
      s3Address(bucket, region, { endpointUrl, isDualStack: false, isAccelerated: false }),
    credentials: { current: () => testCredentials, renewed: async () => testCredentials },
    ...changes,
  };
}

export type ClientChanges = Parameters<typeof createS3Client>[1] & {
  access?: Partial<S3Access>;
  server?: RawServerOptions;
  /** The name that the client connects to. */
  host?: string;
};

/** A server that says what the test wants, and a client of it. A second of the client takes 20 ms. */
export async function rawS3(
  t: TestContext,
  serve: (connection: RawConnection) => Promise<void> | void,
  { access, server: serverOptions = {}, host = "127.0.0.1", ...options }: ClientChanges = {},
) {
  const server = await startRawServer(t, serve, serverOptions);
  const url = `${serverOptions.tls ? "https" : "http"}://${host}:${server.port}`;
  const client = createS3Client(accessTo(url, access), { tickMs: 20, ...options });
  return { server, client };
}

/** An answer of status 200 with a length. */
export const okAnswer = (body: string | Buffer, headers = "") =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n`),
    Buffer.from(body),
  ]);

export const errorAnswer = (status: number, code: string, headers = "") => {
  const body = `<Error><Code>${code}</Code><Message>${code} it is</Message></Error>`;
  return `HTTP/1.1 ${status} X\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
};

/** A sink over one buffer, which must be large enough. */
export function bufferSink(size: number): BodySink & { buffer: Buffer; count(): number } {
  const buffer = Buffer.alloc(size + 1);
  let at = 0;
  return {
    buffer,
    count: () => at,
    space: () => buffer.subarray(at),
    filled: (count) => void (at += count),
  };
}
