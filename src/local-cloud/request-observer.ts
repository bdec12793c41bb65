import type { Principal } from "./call.ts";

/** One request as an observer of the local cloud sees it. */
export interface ObservedRequest {
  requestId: string;
  /** Such as `ec2`, `s3`, `iam`. */
  service: string;
  /** Such as `AttachVolume` or, for S3, `PutObject`. */
  action: string;
  principal: Principal;
  /** The instance that sent it through its own endpoint; undefined: it came from this machine. */
  instanceId: string | undefined;
  /**
   * `before`: verified, nothing done yet. `after`: done; the answer of a schema service was not sent
   * yet, that of S3 was. Not called for requests that nobody signed rightly.
   */
  phase: "before" | "after";
  /** HTTP status; only in phase `after`. */
  status?: number;
}

/** May return a promise: the request waits for it. What it throws becomes the answer. */
export type ObserveRequest = (request: ObservedRequest) => void | Promise<void>;
