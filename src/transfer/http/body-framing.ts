import type { ParsedHead } from "./answer-head.ts";
import { BadAnswer } from "./http-failure.ts";

/** How the end of a body is known. */
export type Framing =
  | { kind: "none" }
  | { kind: "length"; bytes: number }
  | { kind: "chunks" }
  /** Only for failures, whose text may be incomplete. */
  | { kind: "until-close" };

/**
 * Where the body of an answer ends (RFC 9112, 6.3). Refuses what two programs may read in two ways, such as a length
 * and chunks both; and a success whose end only a closed connection tells, as that cannot be told from a cut one.
 */
export function framingOf(method: string, head: ParsedHead): Framing {
  const { status, headers } = head;
  const coding = headers.get("transfer-encoding");
  const length = headers.get("content-length");
  if (coding !== undefined && length !== undefined) {
    throw new BadAnswer("the answer has both content-length and transfer-encoding");
  }
  if (length !== undefined && !/^\d{1,15}$/.test(length)) {
    throw new BadAnswer(`content-length is ${JSON.stringify(length.slice(0, 40))}`);
  }
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
    return { kind: "none" };
  }
  if (coding !== undefined) {
    if (coding.toLowerCase() !== "chunked" || head.isOld) {
      throw new BadAnswer(`transfer-encoding is ${JSON.stringify(coding.slice(0, 40))}`);
    }
    return { kind: "chunks" };
  }
  if (length !== undefined) return { kind: "length", bytes: Number(length) };
  if (status < 300) throw new BadAnswer("the answer has neither content-length nor chunks");
  return { kind: "until-close" };
}
