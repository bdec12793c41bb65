import { createHash } from "node:crypto";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { Aws } from "../aws/connect.ts";
import { type S3Access, s3Access } from "../aws/s3-access.ts";
import type { AnswerHead, BodySink, RequestBody } from "./body.ts";
import { ShortBody, failureOf } from "./s3-failure.ts";
import { createSigner, emptyPayloadHash, encodeKey, encodeQuery } from "./sign-request.ts";

/** One request to S3. The client signs it, sends it on a kept-alive connection, and reads the answer; no retry. */
export interface S3Request {
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  bucket: string;
  /** Undefined: the bucket itself. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  headers?: Readonly<Record<string, string>>;
  body?: RequestBody;
  /** Where the body of a 2xx answer goes; undefined: it is gathered as text (at most 16 MiB). */
  sink?: BodySink;
}

export interface S3Answer extends AnswerHead {
  /** Empty when the body went to a sink. */
  text: string;
}

export interface S3Client {
  /** @throws RunctlError for what lasts, a transient error (`isTransient`) for what may be gone at the next try. */
  send(request: S3Request, signal?: AbortSignal): Promise<S3Answer>;
}

const clients = new WeakMap<Aws, S3Client>();

/** One client (pool of sockets, signer) per connection to AWS. */
export function s3Client(aws: Aws): S3Client {
  const known = clients.get(aws);
  if (known) return known;
  const made = createClient(s3Access(aws));
  clients.set(aws, made);
  return made;
}

const stallMs = 30_000;

function createClient(access: S3Access): S3Client {
  const agents = {
    "http:": new http.Agent({ keepAlive: true }),
    "https:": new https.Agent({ keepAlive: true }),
  };
  const sign = createSigner(access.region);
  return {
    async send(request, signal) {
      signal?.throwIfAborted();
      const { method, bucket, key, query = {} } = request;
      const body = request.body && (await gather(request.body));
      const address = access.addressOf(bucket);
      const path = address.pathPrefix + encodeKey(key ?? "");
      const host = address.host.includes(":") ? `[${address.host}]` : address.host;
      const headers = sign(
        {
          method,
          path,
          query,
          headers: {
            ...request.headers,
            host: address.port === undefined ? host : `${host}:${address.port}`,
          },
          payloadHash: payloadHash(body, address.protocol),
        },
        await access.credentials(),
        new Date(),
      );
      const queryText = encodeQuery(query);
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const open = address.protocol === "https:" ? https.request : http.request;
        const outgoing = open(
          {
            method,
            host: address.host,
            ...(address.port === undefined ? {} : { port: address.port }),
            path: queryText ? `${path}?${queryText}` : path,
            headers: body ? { ...headers, "content-length": body.byteLength } : headers,
            agent: agents[address.protocol],
            timeout: stallMs,
            ...(signal ? { signal } : {}),
          },
          resolve,
        );
        outgoing.on("timeout", () => outgoing.destroy(new ShortBody("no byte for 30 s")));
        outgoing.on("error", (error) => reject(signal?.aborted ? asError(signal.reason) : error));
        outgoing.end(body);
      });
      try {
        return await read(answer, request);
      } catch (error) {
        answer.destroy();
        throw signal?.aborted ? asError(signal.reason) : error;
      }
    },
  };
}

async function read(answer: IncomingMessage, request: S3Request): Promise<S3Answer> {
  const status = answer.statusCode ?? 0;
  const headers = new Map(
    Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
  );
  const good = status >= 200 && status < 300;
  const { sink } = request;
  const wanted = Number(headers.get("content-length") ?? 0);
  if (!good || !sink) {
    let text = "";
    answer.setEncoding("utf8");
    for await (const piece of answer) text += String(piece);
    const what = `${request.method} s3://${request.bucket}/${request.key ?? ""}`;
    if (!good) throw failureOf(answer, text, what);
    return { status, headers, text };
  }
  sink.start?.({ status, headers });
  let count = 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      count += piece.length;
      for (let at = 0; at < piece.length;) {
        const space = sink.space();
        const part = piece.subarray(at, at + space.byteLength);
        space.set(part);
        sink.filled(part.length);
        at += part.length;
      }
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ECONNRESET") {
      throw new ShortBody(error.message, { cause: error });
    }
    throw error;
  }
  if (request.method !== "HEAD" && count < wanted) throw new ShortBody(`${count} of ${wanted}`);
  return { status, headers, text: "" };
}

async function gather(body: RequestBody): Promise<Uint8Array> {
  const bytes = Buffer.alloc(body.size);
  for (let at = 0; at < body.size;) at += await body.read(bytes.subarray(at), at);
  return bytes;
}

/** Over TLS the body is protected already; hashing it would cost as much as the TLS. */
function payloadHash(body: Uint8Array | undefined, protocol: "http:" | "https:"): string {
  if (!body) return emptyPayloadHash;
  if (protocol === "https:") return "UNSIGNED-PAYLOAD";
  return createHash("sha256").update(body).digest("hex");
}

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason)));
