import { type SecureContext, createSecureContext } from "node:tls";
import { readCaBundle } from "../../aws/ca-bundle.ts";

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
 * @param bundlePath is AWS_CA_BUNDLE; `readCaBundle` says what it means.
 * @throws RunctlError CONFIGURATION when it cannot be used
 */
export function createTlsTrust(bundlePath: string | undefined): SecureContext {
  const ca = readCaBundle(bundlePath);
  return createSecureContext({ minVersion: "TLSv1.2", ciphers, ...(ca ? { ca } : {}) });
}
