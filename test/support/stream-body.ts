import { randomFillSync } from "node:crypto";
import { type Agent, type IncomingMessage, request } from "node:http";
import { createSigner } from "../../src/transfer/s3/sign-request.ts";

export interface StreamTarget {
  /** Such as `http://127.0.0.1:4566`. */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  agent: Agent;
}

export interface StreamRequest {
  method: "GET" | "PUT";
  /** With the bucket; needs no encoding. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Of the body to send, which is made while it leaves. */
  sizeBytes?: number;
}

/** Random, so that no file system stores less than was sent. */
const block = randomFillSync(Buffer.alloc(1024 * 1024));

/** Sends requests whose bodies nobody holds in memory, neither here nor, by rights, in the server. */
export function createBodyStream({ endpoint, agent, ...access }: StreamTarget) {
  const sign = createSigner(access.region);
  const { host } = new URL(endpoint);

  /** @returns the ETag and how many bytes came back. */
  return async (toSend: StreamRequest): Promise<{ etag: string; received: number }> => {
    const { method, path, query = {}, sizeBytes = 0 } = toSend;
    const unsigned = { method, path, query, headers: { host }, payloadHash: "UNSIGNED-PAYLOAD" };
    const headers = sign(unsigned, { ...access, sessionToken: undefined }, new Date());
    const words = new URLSearchParams(query).toString();
    const url = `${endpoint}${path}${words === "" ? "" : `?${words}`}`;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request(url, {
        method,
        agent,
        headers: { ...headers, ...(method === "PUT" ? { "content-length": sizeBytes } : {}) },
      });
      outgoing.on("response", resolve).on("error", reject);
      let left = sizeBytes;
      const push = (): void => {
        while (left > 0) {
          const bytes = block.subarray(0, left);
          left -= bytes.length;
          if (outgoing.write(bytes)) continue;
          outgoing.once("drain", push);
          return;
        }
        outgoing.end();
      };
      push();
    });
    let received = 0;
    response.on("data", (bytes: Buffer) => (received += bytes.length));
    await new Promise((resolve, reject) => response.on("end", resolve).on("error", reject));
    if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${response.statusCode}`);
    return { etag: response.headers.etag ?? "", received };
  };
}
