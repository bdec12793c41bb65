import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { makeCertificates } from "../../support/certificates.ts";
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts";

export interface S3Program {
  proxy: FaultProxy;
  /** `runctl s3 WORDS` over TLS, by way of the proxy. */
  start: (...words: string[]) => S3Run;
  /** What rclone says of a command such as `check`; undefined where it is not installed. */
  rclone: (...words: string[]) => Promise<ProgramEnd> | undefined;
}

interface S3Run {
  ended: Promise<ProgramEnd>;
  kill(): void;
}

interface ProgramEnd {
  /** Null when a signal ended it. */
  exitCode: number | null;
  output: string;
}

/**
 * The CLI for a server of S3 behind TLS; undefined, and the test skipped, where there is no openssl.
 *
 * @param main the built program; what it writes for itself goes beside it.
 */
export async function startS3Program(
  t: TestContext,
  main: string,
  endpoint: string,
): Promise<S3Program | undefined> {
  const certificates = makeCertificates(t, "IP:127.0.0.1");
  if (!certificates) return undefined;
  const proxy = await startFaultProxy(t, endpoint, { tls: certificates });
  const directory = dirname(main);
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...inherited } = process.env;
  const env = {
    ...inherited,
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    XDG_STATE_HOME: join(directory, "state"),
    NODE_COMPILE_CACHE: join(directory, "compiled"),
  };
  const globals = ["--endpoint-url", proxy.url, "--region", "us-east-1", "--yes"];
  return {
    proxy,
    start(...words) {
      const child = spawn(process.execPath, [main, "s3", ...words, ...globals], {
        env: { ...env, AWS_CA_BUNDLE: certificates.authority },
        stdio: ["ignore", "pipe", "pipe"],
      });
      return { ended: endOf(child), kill: () => void child.kill("SIGKILL") };
    },
    rclone(...words) {
      const options = `--config /dev/null --ca-cert ${certificates.authority} --s3-provider Other`;
      const where = ["--s3-endpoint", proxy.url, "--s3-env-auth"];
      const all = [...options.split(" "), ...where, ...words];
      // rclone refuses to start with a bundle of AWS's.
      const { AWS_CA_BUNDLE: _bundle, ...own } = env as NodeJS.ProcessEnv;
      if (spawnSync("rclone", ["version"]).error) return undefined;
      return endOf(spawn("rclone", all, { env: own, stdio: ["ignore", "pipe", "pipe"] }));
    },
  };
}

async function endOf(child: ChildProcess): Promise<ProgramEnd> {
  let output = "";
  const take = (text: string) => void (output += text);
  child.stdout?.setEncoding("utf8").on("data", take);
  child.stderr?.setEncoding("utf8").on("data", take);
  await once(child, "close");
  return { exitCode: child.exitCode, output };
}
