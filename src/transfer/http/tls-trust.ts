import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { RunctlError } from "../../errors.ts";

/** Whose certificates are believed. */
export interface TlsTrust {
  /** Undefined: Node's own, with those of NODE_EXTRA_CA_CERTS. */
  ca: string[] | undefined;
}

/**
 * `bundlePath` is AWS_CA_BUNDLE ("Configuration and credential file settings", AWS CLI User Guide: "ca_bundle"): as
 * for the AWS CLI it takes the place of the usual certificates. Those of NODE_EXTRA_CA_CERTS are believed besides.
 */
export function readTlsTrust(bundlePath: string | undefined): TlsTrust {
  if (!bundlePath) return { ca: undefined };
  try {
    return { ca: [readFileSync(bundlePath, "utf8"), ...getCACertificates("extra")] };
  } catch (error) {
    throw new RunctlError("CONFIGURATION", `AWS_CA_BUNDLE ${bundlePath} cannot be read`, {
      hint: "set it to a file of certificates in PEM form, or unset it",
      cause: error,
    });
  }
}
