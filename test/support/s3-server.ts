import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { type Clock, systemClock } from "../../src/clock.ts";
import type { AuthorizationCheck } from "../../src/local-cloud/call.ts";
import type { SignedBody, SignedRequest } from "../../src/local-cloud/s3-handler.ts";
import { createS3, type S3 } from "../../src/local-cloud/s3/create-s3.ts";

export const testAccountId = "123456789012";

export interface TestS3 {
  client: S3Client;
  endpoint: string;
  s3: S3;
  directory: string;
}

export interface TestS3Options {
  clock?: Clock;
  /** Throws to refuse; everything is allowed otherwise. */
  authorize?: (checks: readonly AuthorizationCheck[]) => void;
  client?: Partial<S3ClientConfig>;
}

/** The S3 of the local cloud on a server that believes every signature, with a client for it. */
export async function startTestS3(t: TestContext, options: TestS3Options = {}): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-s3-"));
  const { s3, endpoint, close } = await serveS3(directory, 0, options);
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    ...options.client,
  });
  t.after(async () => {
    client.destroy();
    await close();
    await rm(directory, { recursive: true, force: true });
  });
  return { client, endpoint, s3, directory };
}

export async function serveS3(directory: string, port: number, options: TestS3Options = {}) {
  const clock = options.clock ?? systemClock;
  const s3 = await createS3({ directory, accountId: testAccountId, region: "us-east-1", clock });
  const server = createServer((request, response) => {
    s3.handle(request, response, believed(request, options)).catch((error: unknown) => {
      process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await s3.stop();
  };
  return { s3, endpoint, close };
}

function believed(request: IncomingMessage, options: TestS3Options): SignedRequest {
  const [rawPath = "/", rawQuery = ""] = (request.url ?? "/").split("?");
  return {
    requestId: randomUUID(),
    region: "us-east-1",
    principal: {
      kind: "user",
      arn: `arn:aws:iam::${testAccountId}:user/test`,
      accountId: testAccountId,
      accessKeyId: "AKIDEXAMPLE",
    },
    bucket: undefined,
    rawPath,
    query: new URLSearchParams(rawQuery),
    body: believedBody(request.headers["x-amz-content-sha256"]?.toString()),
    authorize: options.authorize ?? (() => undefined),
  };
}

function believedBody(contentSha256: string | undefined): SignedBody {
  if (contentSha256 === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return { kind: "unsigned-chunks" };
  if (contentSha256 === undefined || contentSha256 === "UNSIGNED-PAYLOAD") {
    return { kind: "unsigned" };
  }
  return { kind: "sha256", sha256: contentSha256 };
}
