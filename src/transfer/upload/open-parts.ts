import { isDeepStrictEqual } from "node:util";
import { type StoredPart, abortUpload, beginUpload, listParts } from "./multipart-calls.ts";
import type { UploadJob } from "./upload-job.ts";

/** A multipart upload that is under way. */
export interface OpenParts {
  uploadId: string;
  /** What S3 has of it, by number; to be trusted only after a comparison with the source. */
  stored: ReadonlyMap<number, StoredPart>;
  /** It is noted where the next run finds it, so it may stay when this run ends early. */
  canContinue: boolean;
  /** To be called once the upload is completed or aborted. */
  forget: () => void;
}

/**
 * Goes on with the upload that an earlier run of ours began for this key and file, or begins one. An upload's headers
 * stay as they were when it was begun: one with others, because the file changed since, is aborted.
 *
 * @param from absolute path of the file; undefined: nothing is noted.
 */
export async function openParts(
  job: UploadJob,
  from: string | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<OpenParts> {
  const { place, options } = job;
  const journal = from === undefined ? undefined : options.journal;
  const subject = { ...place, path: from ?? "" };
  const known = await journal?.find(subject);
  const note = known === "busy" ? undefined : journal;
  const forget = () => note?.remove(subject);
  if (known !== undefined && known !== "busy") {
    const isAlike = isDeepStrictEqual(known.headers, headers);
    const parts = isAlike ? await listParts(job, known.uploadId) : undefined;
    if (parts) {
      await note?.add(known);
      const stored = new Map(parts.map((part) => [part.partNumber, part]));
      return { uploadId: known.uploadId, stored, canContinue: true, forget };
    }
    await dropParts(job, { uploadId: known.uploadId, forget });
  }
  const uploadId = await beginUpload(job, headers);
  try {
    await note?.add({ ...subject, uploadId, headers });
  } catch (error) {
    // Nobody would find it again.
    await dropParts(job, { uploadId, forget });
    throw error;
  }
  return { uploadId, stored: new Map(), canContinue: note !== undefined, forget };
}

/** Gives up an upload; what S3 says to that is of less interest than why. */
export async function dropParts(
  job: UploadJob,
  { uploadId, forget }: Pick<OpenParts, "uploadId" | "forget">,
): Promise<void> {
  try {
    await abortUpload(job, uploadId);
    forget();
  } catch {
    // It stays noted, so that the next run finds it.
  }
}
