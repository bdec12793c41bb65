import type { Aws } from "../../src/aws/connect.ts";
import { s3Client } from "../../src/transfer/s3/s3-client.ts";
import { elementText, elementsNamed } from "../../src/transfer/s3/xml-answer.ts";

/** Keys that have a multipart upload which is neither completed nor aborted. */
export async function unfinishedUploads(aws: Aws, bucket: string): Promise<string[]> {
  const { text } = await s3Client(aws).send({ method: "GET", bucket, query: { uploads: "" } });
  return Array.from(elementsNamed(text, "Upload"), (upload) => elementText(upload, "Key") ?? "");
}
