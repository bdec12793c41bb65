import type { Aws } from "../../aws/connect.ts";
import type { Answer } from "../http/body.ts";
import { type FlowControl, createFlowControl } from "../flow-control.ts";
import { ownerHeader } from "../object-location.ts";
import { retryTransfer } from "../s3/retry-transfer.ts";
import { type S3Request, s3Client } from "../s3/s3-client.ts";
import type { UploadJournal } from "../upload-journal.ts";

export interface UploadOptions {
  signal?: AbortSignal;
  /** Shared by all uploads of one job; default: 8 requests of this file at once. */
  flow?: FlowControl;
  /** Only if there is no object of this key yet. */
  ifNoneMatch?: boolean;
  /** Account id; S3 refuses the upload when the bucket belongs to another. */
  expectedBucketOwner?: string;
  /** Remembers unfinished uploads; without it, one that fails is aborted and one that is killed stays. */
  journal?: UploadJournal;
  onBytes?: (count: number) => void;
  /** How long one request is tried again without progress, in milliseconds; default 120,000. */
  retryMs?: number;
}

export interface ObjectPlace {
  bucket: string;
  key: string;
}

export interface UploadedObject {
  /** "kept": `ifNoneMatch` was asked for and the key exists. */
  outcome: "created" | "kept";
  /** Of this run: less than the size when S3 had parts of an earlier run. */
  movedBytes: number;
}

export const keptObject: UploadedObject = { outcome: "kept", movedBytes: 0 };

/** One object on its way to S3. */
export interface UploadJob {
  place: ObjectPlace;
  flow: FlowControl;
  options: UploadOptions;
  /** Sends a request about this object until it is answered. @throws as `retryTransfer` */
  request(request: ObjectRequest): Promise<Answer>;
}

interface ObjectRequest extends Omit<S3Request, "bucket" | "key"> {
  /** What it moves, for the bandwidth limit. */
  bytes?: number;
  /** Also when the upload was called off; then it must be over soon. */
  evenIfAborted?: boolean;
}

const lastWordsMs = 5_000;

export function startUpload(aws: Aws, place: ObjectPlace, options: UploadOptions): UploadJob {
  const { retryMs } = options;
  const client = s3Client(aws);
  const flow = options.flow ?? createFlowControl({ parallel: 8 });
  const owner = ownerHeader(options);
  return {
    place,
    flow,
    options,
    request({ bytes = 0, headers, evenIfAborted = false, ...request }) {
      const signal = evenIfAborted ? AbortSignal.timeout(lastWordsMs) : options.signal;
      const full: S3Request = { ...place, ...request, headers: { ...owner, ...headers } };
      return retryTransfer(() => client.send(full, signal), {
        flow,
        bytes: () => bytes,
        retryMs,
        signal,
      });
    },
  };
}
