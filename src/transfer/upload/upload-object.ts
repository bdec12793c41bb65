import type { Aws } from "../../aws/connect.ts";
import { metadataHeaders } from "../file-metadata.ts";
import { refusalCode } from "../s3/s3-failure.ts";
import { type PartPlan, planParts } from "./plan-parts.ts";
import { sendPiece } from "./send-piece.ts";
import {
  type ObjectPlace,
  type UploadJob,
  type UploadOptions,
  type UploadedObject,
  keptObject,
  startUpload,
} from "./upload-job.ts";
import { type NumberedPiece, uploadParts } from "./upload-parts.ts";
import type { UploadSource } from "./upload-source.ts";

/**
 * Makes an object of a source's bytes, in one request or in parallel parts; S3 compares a CRC-32 of each request and
 * of the whole. There is an object only if the source stayed what it was.
 *
 * @param from name of the source, for what an upload that was killed is gone on with.
 * @throws RunctlError CONFLICT when the source changed meanwhile.
 */
export async function uploadObject(
  aws: Aws,
  source: UploadSource,
  { from, ...place }: ObjectPlace & { from?: string },
  options: UploadOptions = {},
): Promise<UploadedObject> {
  const job = startUpload(aws, place, options);
  const plan = planParts(source.sizeBytes);
  try {
    if (plan.count === 1) return await putWhole(job, source);
    return await uploadParts(job, {
      pieces: piecesOf(source, plan),
      atOnce: Math.min(plan.count, job.flow.count),
      metadata: source.metadata,
      from,
      requireUnchanged: () => source.requireUnchanged(),
    });
  } catch (error) {
    if (!options.ifNoneMatch || refusalCode(error) !== "PreconditionFailed") throw error;
    return keptObject;
  }
}

function* piecesOf(source: UploadSource, { partBytes, count }: PartPlan): Generator<NumberedPiece> {
  for (let partNumber = 1; partNumber <= count; partNumber += 1) {
    const start = (partNumber - 1) * partBytes;
    const sizeBytes = Math.min(partBytes, source.sizeBytes - start);
    yield { partNumber, source, start, sizeBytes };
  }
}

async function putWhole(job: UploadJob, source: UploadSource): Promise<UploadedObject> {
  const { sizeBytes, metadata } = source;
  const headers = {
    ...metadataHeaders(metadata),
    ...(job.options.ifNoneMatch ? { "if-none-match": "*" } : {}),
  };
  await sendPiece(job, { source, start: 0, sizeBytes }, { headers });
  return { outcome: "created", movedBytes: sizeBytes };
}
