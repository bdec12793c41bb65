import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { RunctlError } from "../errors.ts";

/**
 * The authorities whose certificates are believed, in PEM form; undefined: the usual ones.
 *
 * @param path is AWS_CA_BUNDLE ("Configuration and credential file settings", AWS CLI User Guide: `ca_bundle`): as for
 * the AWS CLI it takes the place of the usual authorities. Those of NODE_EXTRA_CA_CERTS are believed besides.
 * @throws RunctlError CONFIGURATION when it cannot be read, or holds no certificate
 */
export function readCaBundle(path: string | undefined): string[] | undefined {
  if (!path) return undefined;
  const bundle = readText(path);
  // OpenSSL would take it for an empty list, and then believe nobody.
  if (!bundle.includes("-----BEGIN ")) throw unusable(path, "holds no certificate");
  return [bundle, ...getCACertificates("extra")];
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unusable(path, "cannot be read", error);
  }
}

function unusable(path: string, why: string, cause?: unknown): RunctlError {
  return new RunctlError("CONFIGURATION", `AWS_CA_BUNDLE ${path} ${why}`, {
    hint: "set it to a file of certificates in PEM form, or unset it",
    cause,
  });
}
