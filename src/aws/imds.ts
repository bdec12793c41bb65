import { type Clock, systemClock } from "../clock.ts";
import { RunctlError } from "../errors.ts";

/** The instance metadata service, version 2 (AWS page "How Instance Metadata Service Version 2 works"). */
export interface Imds {
  /** What stands at a path below `latest/`; undefined where there is nothing (404). @throws RunctlError */
  read(path: string): Promise<string | undefined>;
}

export interface ImdsOptions {
  endpoint?: string;
  clock?: Clock;
  timeoutMs?: number;
}

/** AWS allows at most 6 hours. */
const tokenSeconds = 21_600;
const renewalMarginMs = 300_000;

/** A client that keeps its token and renews it before its end, and when IMDS refuses it. */
export function imdsClient(options: ImdsOptions = {}): Imds {
  const { clock = systemClock, timeoutMs = 2_000 } = options;
  const base = `${(options.endpoint ?? "http://169.254.169.254").replace(/\/$/, "")}/latest`;
  let token: { text: string; until: number } | undefined;

  async function currentToken(): Promise<string> {
    if (token && clock.now() < token.until) return token.text;
    const response = await ask(`${base}/api/token`, timeoutMs, "PUT", {
      "X-aws-ec2-metadata-token-ttl-seconds": String(tokenSeconds),
    });
    if (response.status !== 200) throw refused("api/token", response.status);
    const until = clock.now() + tokenSeconds * 1000 - renewalMarginMs;
    token = { text: response.body, until };
    return token.text;
  }

  const get = async (path: string) =>
    ask(`${base}/${path}`, timeoutMs, "GET", { "X-aws-ec2-metadata-token": await currentToken() });

  return {
    async read(path) {
      let response = await get(path);
      if (response.status === 401) {
        token = undefined;
        response = await get(path);
      }
      if (response.status === 404) return undefined;
      if (response.status !== 200) throw refused(path, response.status);
      return response.body;
    },
  };
}

async function ask(
  url: string,
  timeoutMs: number,
  method: string,
  headers: Record<string, string>,
) {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method, headers, signal });
    return { status: response.status, body: await response.text() };
  } catch (cause) {
    throw new RunctlError("OPERATION_FAILED", `instance metadata at ${url} does not answer`, {
      cause,
    });
  }
}

function refused(path: string, status: number): RunctlError {
  return new RunctlError("OPERATION_FAILED", `instance metadata refused ${path} with ${status}`);
}
