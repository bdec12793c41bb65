import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Clock } from "../../clock.ts";
import type { InstanceView } from "./instance-view.ts";
import { metadataTree, readTree } from "./metadata-tree.ts";
import { createSessionTokens, type SessionTokens } from "./session-token.ts";

const ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds";
const tokenHeader = "x-aws-ec2-metadata-token";
/** EC2 User Guide, "Use the Instance Metadata Service": six hours. */
const maxTtlSeconds = 21_600;
/** Some of the dated versions that AWS lists; each answers like `latest`. */
const versions = [
  "2016-09-02",
  "2018-09-24",
  "2019-10-01",
  "2020-10-27",
  "2021-03-23",
  "2022-09-24",
  "latest",
];

/**
 * The instance metadata service, version 2 (and 1 where the instance allows it).
 *
 * @param tokenKey keep it, and session tokens outlive this process.
 * @see EC2 User Guide, "How Instance Metadata Service Version 2 works".
 */
export function createImds(
  findView: (instanceId: string) => InstanceView | undefined,
  clock: Pick<Clock, "now">,
  tokenKey: Uint8Array = randomBytes(32),
): (instanceId: string) => RequestListener {
  const tokens = createSessionTokens(tokenKey, () => clock.now());
  return (instanceId) => (request, response) => {
    const view = findView(instanceId);
    const answer =
      view === undefined || view.httpEndpoint === "disabled"
        ? refuse(403)
        : answerFor(request, view, tokens);
    send(response, answer);
  };
}

interface Answer {
  status: number;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}

function answerFor(request: IncomingMessage, view: InstanceView, tokens: SessionTokens): Answer {
  const path = pathOf(request);
  if (path === undefined) return refuse(400);
  const [version = "", ...rest] = path;
  if (rest.join("/") === "api/token") return createToken(request, version, view, tokens);
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(405);

  const token = request.headers[tokenHeader];
  const isAllowed =
    token === undefined
      ? view.httpTokens === "optional"
      : tokens.isValid(view.instanceId, String(token));
  if (!isAllowed) return refuse(401);

  if (version === "") return { status: 200, body: versions.join("\n") };
  if (version !== "latest" && !/^(1\.0|20\d\d-\d\d-\d\d)$/.test(version)) return refuse(404);
  if (rest.join("/") === "user-data") {
    return view.userData ? { status: 200, body: view.userData } : refuse(404);
  }
  const listing = view.userData && rest.length === 0 ? "\nuser-data" : "";
  const text = readTree(metadataTree(view), rest);
  return text === undefined ? refuse(404) : { status: 200, body: text + listing };
}

function createToken(
  request: IncomingMessage,
  version: string,
  view: InstanceView,
  tokens: SessionTokens,
): Answer {
  if (version !== "latest") return refuse(404);
  if (request.method !== "PUT") return refuse(405);
  // A proxy that would hand the token to a stranger sets this header.
  if (request.headers["x-forwarded-for"] !== undefined) return refuse(403);
  const wanted = String(request.headers[ttlHeader] ?? "");
  const ttlSeconds = /^\d{1,6}$/.test(wanted) ? Number(wanted) : 0;
  if (ttlSeconds < 1 || ttlSeconds > maxTtlSeconds) return refuse(400);
  return {
    status: 200,
    body: tokens.create(view.instanceId, ttlSeconds),
    headers: { [ttlHeader]: String(ttlSeconds) },
  };
}

/** The names of the path; one slash at the end and doubled slashes do not count. */
function pathOf(request: IncomingMessage): string[] | undefined {
  try {
    const path = (request.url ?? "/").replace(/\?.*$/, "");
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

const reasons: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
};

function refuse(status: number): Answer {
  const title = `${status} - ${reasons[status]}`;
  return {
    status,
    body: `<?xml version="1.0" encoding="iso-8859-1"?>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`,
    headers: { "content-type": "text/html" },
  };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, {
    "content-type": "text/plain",
    "content-length": Buffer.byteLength(body),
    server: "EC2ws",
    ...headers,
  });
  // Node leaves the body of an answer to HEAD out.
  response.end(body);
}
