import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export interface Certificates {
  /** Path of the authority's own certificate. */
  authority: string;
  key: string;
  cert: string;
}

/**
 * An authority of the test's own and a certificate that it gave to `names` (such as `DNS:localhost`).
 * Skips the test where there is no openssl.
 */
export function makeCertificates(t: TestContext, names: string): Certificates | undefined {
  if (spawnSync("openssl", ["version"]).status !== 0) {
    t.skip("openssl is not installed");
    return undefined;
  }
  const directory = mkdtempSync(join(tmpdir(), "runctl-certificates-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, "extensions"), `subjectAltName=${names}`);
  const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
  for (const words of [
    `req -x509 ${newKey} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem`,
    `req ${newKey} -subj /CN=test -keyout key.pem -out csr.pem`,
    "x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out cert.pem",
  ]) {
    execFileSync("openssl", words.split(" "), { cwd: directory, stdio: "pipe" });
  }
  const read = (name: string) => readFileSync(join(directory, name), "utf8");
  return { authority: join(directory, "ca.pem"), key: read("key.pem"), cert: read("cert.pem") };
}
