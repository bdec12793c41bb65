import { createHash } from "node:crypto";
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Aws } from "../aws/connect.ts";
import { type S3Access, s3Access } from "../aws/s3-access.ts";
import { ShortBody, failureOf } from "./s3-failure.ts";
import { createSigner, emptyPayloadHash, encodeKey, encodeQuery } from "./sign-request.ts";

/** First and last byte, both inclusive, as HTTP counts. */
interface ByteRange {
  first: number;
  last: number;
}

interface GetRequest {
  bucket: string;
  key: string;
  /** The version of the object that is wanted: any other is a CONFLICT. */
  etag: string;
  /** Undefined: the whole object. */
  range: ByteRange | undefined;
  sizeBytes: number;
}

interface PutRequest {
  bucket: string;
  key: string;
  query: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
}

/**
 * The data path: object bytes to and from S3, one request each, without retries.
 * Everything else of this room is written against these two functions.
 */
export interface ObjectConnection {
  /** `sink` gets the bytes in order; a promise from it holds the stream back. Resolves with the response's headers. */
  get(
    request: GetRequest,
    sink: (bytes: Buffer) => Promise<void> | void,
    signal: AbortSignal | undefined,
  ): Promise<IncomingHttpHeaders>;
  put(
    request: PutRequest,
    body: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<IncomingHttpHeaders>;
}

/** No byte for this long: the connection is given up and the request made again. */
const stallMs = 30_000;

const connections = new WeakMap<Aws, ObjectConnection>();

/** One pool of keep-alive sockets per connection to AWS; idle sockets do not keep the process alive. */
export function objectConnection(aws: Aws): ObjectConnection {
  const known = connections.get(aws);
  if (known) return known;
  const made = connectTo(s3Access(aws));
  connections.set(aws, made);
  return made;
}

function connectTo(access: S3Access): ObjectConnection {
  const agents = {
    "http:": new http.Agent({ keepAlive: true }),
    "https:": new https.Agent({ keepAlive: true }),
  };

  const sign = createSigner(access.region);

  async function send(
    method: "GET" | "PUT",
    request: PutRequest,
    body: Uint8Array | undefined,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    signal?.throwIfAborted();
    const address = await access.addressOf(request.bucket);
    const path = address.pathPrefix + encodeKey(request.key);
    const host = address.host.includes(":") ? `[${address.host}]` : address.host;
    const headers = sign(
      {
        method,
        path,
        query: request.query,
        headers: {
          ...request.headers,
          host: address.port === undefined ? host : `${host}:${address.port}`,
        },
        payloadHash: payloadHash(body, address.protocol),
      },
      await access.credentials.current(),
      new Date(),
    );
    const query = encodeQuery(request.query);
    return new Promise((resolve, reject) => {
      const open = address.protocol === "https:" ? https.request : http.request;
      const outgoing = open(
        {
          method,
          host: address.host,
          ...(address.port === undefined ? {} : { port: address.port }),
          path: query ? `${path}?${query}` : path,
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
  }

  return {
    async get({ bucket, key, etag, range, sizeBytes }, sink, signal) {
      const headers: Record<string, string> = {
        "if-match": `"${etag}"`,
        ...(range
          ? { range: `bytes=${range.first}-${range.last}` }
          : { "x-amz-checksum-mode": "ENABLED" }),
      };
      const response = await send("GET", { bucket, key, query: {}, headers }, undefined, signal);
      const wantedStatus = range ? 206 : 200;
      if (response.statusCode !== wantedStatus) {
        throw failureOf(response, await text(response), `s3:GetObject ${bucket}/${key}`);
      }
      const wanted = range ? range.last - range.first + 1 : sizeBytes;
      const got = await pour(response, sink, signal);
      if (got !== wanted) throw new ShortBody(`${got} of ${wanted} bytes`);
      return response.headers;
    },

    async put(request, body, signal) {
      const response = await send("PUT", request, body, signal);
      const answer = await text(response);
      if (response.statusCode !== 200) {
        throw failureOf(response, answer, `s3:PutObject ${request.bucket}/${request.key}`);
      }
      return response.headers;
    },
  };
}

/** Over TLS the body is protected already; hashing it would cost as much as the TLS. */
function payloadHash(body: Uint8Array | undefined, protocol: "http:" | "https:"): string {
  if (!body) return emptyPayloadHash;
  if (protocol === "https:") return "UNSIGNED-PAYLOAD";
  return createHash("sha256").update(body).digest("hex");
}

/** Events instead of `for await`: a tenth of the cost per small object. */
function pour(
  response: IncomingMessage,
  sink: (bytes: Buffer) => Promise<void> | void,
  signal: AbortSignal | undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0;
    let writing: Promise<void> = Promise.resolve();
    const fail = (error: unknown) => {
      reject(signal?.aborted ? asError(signal.reason) : asError(error));
      response.destroy();
    };
    response.on("data", (bytes: Buffer) => {
      count += bytes.length;
      const written = sink(bytes);
      if (!written) return;
      response.pause();
      writing = written.then(() => void response.resume(), fail);
    });
    response.on("end", () => void writing.then(() => resolve(count)));
    response.on("error", (error) => fail(new ShortBody(error.message, { cause: error })));
    response.on("close", () => {
      if (!response.readableEnded) fail(new ShortBody("the connection closed early"));
    });
  });
}

async function text(response: IncomingMessage): Promise<string> {
  let answer = "";
  response.setEncoding("utf8");
  for await (const piece of response) answer += String(piece);
  return answer;
}

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason)));
