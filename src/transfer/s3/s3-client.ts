import type { Aws } from "../../aws/connect.ts";
import type { S3Address } from "../../aws/s3-address.ts";
import { type S3Access, s3Access } from "../../aws/s3-access.ts";
import { type Answer, type BodySink, type RequestBody } from "../http/body.ts";
import type { Settled } from "../http/exchange.ts";
import { type GetHead, createGetHead } from "./get-head.ts";
import { type ConnectionPool, type PoolOptions, connectionPool } from "../http/connection-pool.ts";
import { createTlsTrust } from "../http/tls-trust.ts";
import { type Repair, type SentRequest, repairOf } from "./repair-request.ts";
import { requestHead } from "./request-head.ts";
import { readyBody } from "./ready-body.ts";
import { connectFailure, failureOf } from "./s3-failure.ts";
import { type Signer, createSigner, encodeKey, encodeQuery } from "./sign-request.ts";
import { elementText } from "./xml-answer.ts";

/** One request to S3. The client signs it, sends it on a kept-alive connection, and reads the answer; no retry. */
export interface S3Request {
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  bucket: string;
  /** Undefined: the bucket itself. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  /** Names in lower case. `x-amz-content-sha256` stands for how the body is signed, else the client chooses. */
  headers?: Readonly<Record<string, string>>;
  body?: RequestBody;
  /** Where the body of a 2xx answer goes; undefined: it is gathered as text (at most 16 MiB). */
  sink?: BodySink;
  /** Told how long S3 took to begin its answer to a request without a body. */
  flow?: { noteLatency(ms: number): void };
}

export interface S3Client {
  /**
   * Follows S3 to the bucket's region, and signs once more where the clock is wrong or credentials have expired.
   * Once it has settled, neither the sink's space nor the body is touched any more.
   *
   * @throws RunctlError for what lasts, a transient error (`isTransient`) for what may be gone at the next try.
   */
  send(request: S3Request, signal?: AbortSignal): Promise<Answer>;
}

/** For very many small objects: without a promise for each. */
export interface GetNow {
  /**
   * Sends a GET of one version of an object, with its checksum asked for, if nothing has to be waited for first.
   * What S3 says is told as it is: a refusal is an answer, too, and repaired by `send` only.
   *
   * @returns what ends the request; undefined: nothing was done.
   */
  getNow(
    object: { bucket: string; key: string; etag: string },
    sink: BodySink,
    settled: Settled,
  ): { abort(reason: unknown): void } | undefined;
}

const clients = new WeakMap<Aws, S3Client & GetNow>();

/** One client (pool of sockets, signer) per connection to AWS. */
export function s3Client(aws: Aws): S3Client & GetNow {
  const known = clients.get(aws);
  if (known) return known;
  const made = createS3Client(s3Access(aws), { caBundle: process.env["AWS_CA_BUNDLE"] });
  clients.set(aws, made);
  return made;
}

interface ClientOptions extends Omit<PoolOptions, "trust"> {
  /** Path of a file of certificates. */
  caBundle?: string | undefined;
  now?: () => number;
}

/** From this size on the body waits for a word from S3, which may rather be 503. */
const expectBytes = 1024 * 1024;

const silence = { beforeAnswer: 30, betweenBytes: 10 };

/** Joining the parts of an upload "can take several minutes" ("CompleteMultipartUpload", API Reference). */
const patience = { beforeAnswer: 300, betweenBytes: 60 };

export function createS3Client(access: S3Access, options: ClientOptions = {}): S3Client & GetNow {
  const { now = Date.now } = options;
  /** One for each origin; by address again, as that is the same object each time. */
  const pools = new Map<string, ConnectionPool>();
  const poolsByAddress = new WeakMap<S3Address, ConnectionPool>();
  const signers = new Map<string, Signer>();
  const getHeads = new Map<string, GetHead>();
  /** Of buckets that are in another region than the connection's. */
  const regions = new Map<string, string>();
  /** What S3's clock is ahead of this one's. */
  let clockOffsetMs = 0;
  let trust: PoolOptions["trust"] | undefined;

  function poolOf(address: S3Address): ConnectionPool {
    const known = poolsByAddress.get(address);
    if (known) return known;
    const { protocol, host } = address;
    const port = address.port ?? (protocol === "https:" ? 443 : 80);
    const name = `${protocol}${host}:${port}`;
    let pool = pools.get(name);
    if (pool === undefined) {
      if (protocol === "https:") trust ??= createTlsTrust(options.caBundle);
      pool = connectionPool({ protocol, host, port }, { ...options, trust });
      pools.set(name, pool);
    }
    poolsByAddress.set(address, pool);
    return pool;
  }

  function signerOf(region: string): Signer {
    let signer = signers.get(region);
    if (signer === undefined) signers.set(region, (signer = createSigner(region)));
    return signer;
  }

  /** Signs and sends it once. */
  async function sendOnce(request: S3Request, signal: AbortSignal | undefined) {
    const { method, bucket, key = "", query = {}, sink } = request;
    const region = regions.get(bucket) ?? access.region;
    const found = access.addressOf(bucket, region);
    const address = found instanceof Promise ? await found : found;
    const given = access.credentials.current();
    const credentials = given instanceof Promise ? await given : given;
    const ready = readyBody(request, address);
    const { body, payloadHash } = ready instanceof Promise ? await ready : ready;
    const path = address.pathPrefix + encodeKey(key);
    const signedAt = now() + clockOffsetMs;
    const unsigned = { host: hostHeader(address), ...request.headers };
    const headers = signerOf(region)(
      { method, path, query, headers: unsigned, payloadHash },
      credentials,
      new Date(signedAt),
    );
    if (body !== undefined) headers["content-length"] = String(body.size);
    const expectsContinue = body !== undefined && body.size > expectBytes;
    if (expectsContinue) headers["expect"] = "100-continue";
    const queryText = encodeQuery(query);
    const target = queryText === "" ? path : `${path}?${queryText}`;
    const limits = method === "POST" ? patience : silence;
    const head = requestHead(method, target, headers);
    const toSend = { method, head, body, sink, expectsContinue, silence: limits };
    try {
      const answer = await poolOf(address).send(toSend, signal);
      return { answer, sent: { region, credentials, signedAt } };
    } catch (error) {
      throw connectFailure(error, address.host);
    }
  }

  async function apply(repair: Repair, { bucket }: S3Request, sent: SentRequest): Promise<void> {
    if (repair.kind === "region") regions.set(bucket, repair.region);
    if (repair.kind === "clock") clockOffsetMs = repair.serverTime - now();
    if (repair.kind === "credentials") await access.credentials.renewed(sent.credentials);
  }

  return {
    getNow({ bucket, key, etag }, sink, settled) {
      const region = regions.get(bucket) ?? access.region;
      const address = alreadyKnown(access.addressOf(bucket, region));
      const credentials = alreadyKnown(access.credentials.current());
      if (!address || !credentials || !isPlain.test(etag)) return undefined;
      let getHead = getHeads.get(region);
      if (!getHead) getHeads.set(region, (getHead = createGetHead(region)));
      const path = address.pathPrefix + encodeKey(key);
      const moment = now() + clockOffsetMs;
      const head = getHead({ path, etag }, hostHeader(address), credentials, moment);
      return poolOf(address).sendNow({ method: "GET", head, sink, silence }, settled);
    },
    async send(request, signal) {
      signal?.throwIfAborted();
      const repaired = new Set<string>();
      for (;;) {
        const { answer, sent } = await sendOnce(request, signal);
        const isLateFailure = request.method === "POST" && isErrorDocument(answer.text);
        if (answer.status < 300 && !isLateFailure) {
          if (request.body === undefined) request.flow?.noteLatency(answer.latencyMs);
          return answer;
        }
        const repair = repairOf(answer, sent);
        if (repair === undefined || repaired.has(repair.kind)) throw refusal(request, answer);
        repaired.add(repair.kind);
        await apply(repair, request, sent);
      }
    },
  };
}

/** What can stand in a header as it is. */
const isPlain = /^[\x21-\x7e]*$/;

/** Undefined: it has to be waited for, and whoever does gets its failure. */
function alreadyKnown<Value>(value: Value | Promise<Value>): Value | undefined {
  if (!(value instanceof Promise)) return value;
  value.catch(() => undefined);
  return undefined;
}

/** "200 OK" may be followed by an error, as S3 sends it before it has joined the parts ("CompleteMultipartUpload"). */
function isErrorDocument(text: string): boolean {
  return /^\s*(?:<\?xml[^>]*>\s*)?<Error[\s>]/.test(text);
}

function refusal({ method, bucket, key = "" }: S3Request, answer: Answer): Error {
  // What comes late has no status of its own: S3's words for a failure of its own mean another try.
  const code = elementText(answer.text, "Code") ?? "";
  const isTheirs = /^(InternalError|ServiceUnavailable|SlowDown)$/.test(code);
  const status = answer.status < 300 ? (isTheirs ? 503 : 400) : answer.status;
  return failureOf({ ...answer, status }, `${method} s3://${bucket}/${key}`);
}

function hostHeader({ host, port }: S3Address): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}
