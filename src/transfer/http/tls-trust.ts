import { readFileSync } from "node:fs";
import { type SecureContext, createSecureContext, getCACertificates } from "node:tls";
import { RunctlError } from "../../errors.ts";

/** AES-128 first: S3 has both, and it costs less than AES-256. All are strong. */
const ciphers = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/**
 * Whose certificates are believed, and which ciphers are spoken: one for all connections, as it takes milliseconds
 * to make.
 *
 * @param bundlePath is AWS_CA_BUNDLE ("Configuration and credential file settings", AWS CLI User Guide: `ca_bundle`):
 * as for the AWS CLI it takes the place of the usual certificates. Those of NODE_EXTRA_CA_CERTS are believed besides.
 * @throws RunctlError CONFIGURATION when it cannot be read
 */
export function createTlsTrust(bundlePath: string | undefined): SecureContext {
  const usual = { minVersion: "TLSv1.2", ciphers } as const;
  if (!bundlePath) return createSecureContext(usual);
  try {
    const ca = [readFileSync(bundlePath, "utf8"), ...getCACertificates("extra")];
    return createSecureContext({ ...usual, ca });
  } catch (error) {
    throw new RunctlError("CONFIGURATION", `AWS_CA_BUNDLE ${bundlePath} cannot be read`, {
      hint: "set it to a file of certificates in PEM form, or unset it",
      cause: error,
    });
  }
}
