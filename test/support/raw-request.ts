import { S3Client } from "@aws-sdk/client-s3";
import { request } from "node:http";
import type { HttpRequest } from "@smithy/core/protocols";
import type { TestCloud } from "./local-cloud.ts";

export interface RawRequest {
  method: string;
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string;
}

export interface RawAnswer {
  status: number;
  body: string;
}

type SdkOptions = TestCloud["sdkOptions"];
type Signer = Awaited<ReturnType<S3Client["config"]["signer"]>> & {
  presign(
    toSign: unknown,
    options: { expiresIn: number; signingDate?: Date },
  ): Promise<HttpRequest>;
};

/** The SDK's own signer of S3, for requests that its commands would not make. */
async function signerOf(sdkOptions: SdkOptions): Promise<Signer> {
  return (await new S3Client(sdkOptions).config.signer()) as Signer;
}

function toSign({ endpoint }: SdkOptions, { method, path, query, headers, body }: RawRequest) {
  const { hostname, port } = new URL(endpoint);
  return {
    method,
    protocol: "http:",
    hostname,
    port: Number(port),
    path,
    query: { ...query },
    headers: { host: `${hostname}:${port}`, ...headers },
    body,
  };
}

/** A request to S3 with its headers signed; change the result to spoil it. */
export async function signRequest(sdkOptions: SdkOptions, raw: RawRequest): Promise<RawRequest> {
  const signer = await signerOf(sdkOptions);
  const signed = (await signer.sign(toSign(sdkOptions, raw))) as unknown as HttpRequest;
  return { ...raw, headers: { ...signed.headers } };
}

/** A URL that anyone may use until it expires. */
export async function presignUrl(
  sdkOptions: SdkOptions,
  raw: RawRequest,
  options: { expiresIn: number; signingDate?: Date },
): Promise<string> {
  const signer = await signerOf(sdkOptions);
  const headers = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD", ...raw.headers };
  const signed = await signer.presign(toSign(sdkOptions, { ...raw, headers }), options);
  const query = new URLSearchParams(signed.query as Record<string, string>);
  return `${sdkOptions.endpoint}${signed.path}?${query.toString().replaceAll("+", "%20")}`;
}

/** Sends what it is given: any `Host`, any headers, nothing added. */
export function send(endpoint: string, raw: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(endpoint);
  const query = raw.query ? `?${new URLSearchParams(raw.query).toString()}` : "";
  return new Promise((resolve, reject) => {
    const { method, headers = {} } = raw;
    const path = raw.path + query;
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    outgoing.on("error", reject);
    outgoing.end(raw.body);
  });
}
