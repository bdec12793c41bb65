import { crc32 } from "node:zlib";
import type { Aws } from "../aws/connect.ts";
import { bodyOf } from "./http/body.ts";
import { crc32Text } from "./crc32-text.ts";
import { type FlowControl, createFlowControl } from "./flow-control.ts";
import { retryTransfer } from "./s3/retry-transfer.ts";
import { notOfS3 } from "./s3/s3-failure.ts";
import { type S3Request, s3Client } from "./s3/s3-client.ts";
import type { LeftOut } from "./transfer-result.ts";
import { elementText, elementsNamed, escapeXml } from "./s3/xml-answer.ts";

/** "DeleteObjects", Amazon S3 API Reference. */
const mostKeys = 1000;

/** What no XML document can hold, or what its readers change. */
const unwritable = /[\p{Cc}\ufffe\uffff]/u;

export interface DeleteOptions {
  signal?: AbortSignal | undefined;
  flow?: FlowControl | undefined;
  retryMs?: number | undefined;
}

/** Deletes objects, 1,000 at a time. @returns those that S3 did not delete, and why. */
export async function deleteKeys(
  aws: Aws,
  bucket: string,
  keys: readonly string[],
  options: DeleteOptions = {},
): Promise<LeftOut[]> {
  const { signal, retryMs, flow = createFlowControl({ parallel: 1 }) } = options;
  const client = s3Client(aws);
  const send = (request: S3Request) =>
    retryTransfer(() => client.send(request, signal), { flow, retryMs, signal });
  const failed: LeftOut[] = [];
  const writable = keys.filter((key) => !unwritable.test(key));
  for (let at = 0; at < writable.length; at += mostKeys) {
    const { text } = await send(requestFor(bucket, writable.slice(at, at + mostKeys)));
    if (!text.includes("<DeleteResult")) throw notOfS3("no result of the deletion");
    for (const error of elementsNamed(text, "Error")) {
      const name = elementText(error, "Key") ?? "";
      failed.push({
        name,
        reason: `not deleted: ${elementText(error, "Message") ?? "no message"}`,
      });
    }
  }
  for (const key of keys.filter((one) => unwritable.test(one))) {
    await send({ method: "DELETE", bucket, key });
  }
  return failed;
}

function requestFor(bucket: string, keys: readonly string[]): S3Request {
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`);
  const xmlns = "http://s3.amazonaws.com/doc/2006-03-01/";
  const document = `<Delete xmlns="${xmlns}"><Quiet>true</Quiet>${objects.join("")}</Delete>`;
  return {
    method: "POST",
    bucket,
    query: { delete: "" },
    headers: {
      "content-type": "application/xml",
      "x-amz-checksum-crc32": crc32Text(crc32(document)),
    },
    body: bodyOf(document),
  };
}
