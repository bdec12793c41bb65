/** Why a signature was not accepted; each family of services has its own code for it. */
export type SignatureProblem =
  | "unsigned"
  | "malformed"
  | "malformed-query"
  | "old-version"
  | "wrong-region"
  | "unknown-key"
  | "wrong-signature"
  | "clock-skew"
  | "expired-presign"
  | "wrong-token"
  | "expired-token"
  | "header-not-signed"
  | "no-payload-hash"
  | "wrong-payload-hash";

export class SignatureError extends Error {
  override readonly name = "SignatureError";
  readonly problem: SignatureProblem;

  constructor(problem: SignatureProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
