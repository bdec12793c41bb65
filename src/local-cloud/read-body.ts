import type { IncomingMessage } from "node:http";
import { ApiError } from "./call.ts";

/** More than any call to a service other than S3 needs: user data is at most 16 KiB. */
const mostBytes = 2 * 2 ** 20;

/** @throws ApiError RequestEntityTooLarge above 2 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      throw new ApiError("RequestEntityTooLarge", `The body is over ${mostBytes} bytes`, 413);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
