import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod/mini";
import { ApiError } from "./call.ts";
import type { Fault, Faults } from "./faults.ts";
import { readBody } from "./read-body.ts";
import { sameSignature } from "./signature/chunk-signature.ts";

/** Paths below this are the local cloud's own; no bucket can have such a name. */
export const adminPrefix = "/_runctl/";

/** How an instance is interrupted. */
export interface Interruption {
  /** Undefined: none; the power is cut, unless this is only a rebalance recommendation. */
  noticeSeconds: number | undefined;
  /** With a notice: a rebalance recommendation together with it. Without: the recommendation alone, the instance goes on. */
  rebalance: boolean;
}

export interface AdminActions {
  status(): unknown;
  interrupt(instanceId: string, interruption: Interruption): void;
  faults: Faults;
  /** Frees everything; the server itself stops when the answer has left. */
  down(): Promise<void>;
}

const count = z.int().check(z.minimum(1));
const seconds = z.number().check(z.minimum(0));

const interruptionBody = z.strictObject({
  instanceId: z.string(),
  noticeSeconds: z.optional(seconds),
  rebalance: z.optional(z.boolean()),
});

const faultBody = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("no-capacity"),
    zone: z.optional(z.string()),
    instanceType: z.optional(z.string()),
  }),
  z.strictObject({ kind: z.literal("late-instance-profile"), seconds }),
  z.strictObject({ kind: z.literal("throttled"), action: z.string(), count }),
  z.strictObject({ kind: z.literal("no-s3-from-instances") }),
]);

/** Answers `GET /_runctl/health` to anyone, and everything else to whoever has the state directory's token. */
export async function answerAdmin(
  actions: AdminActions,
  adminToken: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = `${request.method} ${request.url?.slice(adminPrefix.length)}`;
  try {
    if (route === "GET health") return answer(response, 200, { status: "ok" });
    const given = request.headers.authorization ?? "";
    if (!sameSignature(`Bearer ${adminToken}`, given)) {
      return answer(response, 403, { error: "the admin token is missing or wrong" });
    }
    await answerRoute(actions, route, request, response);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    answer(response, error.status, { error: error.message, code: error.code });
  }
}

async function answerRoute(
  actions: AdminActions,
  route: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (route) {
    case "GET status":
      return answer(response, 200, actions.status());
    case "POST interrupt": {
      const { instanceId, ...rest } = await parseBody(request, interruptionBody);
      const { noticeSeconds, rebalance = false } = rest;
      actions.interrupt(instanceId, { noticeSeconds, rebalance });
      return answer(response, 200, {});
    }
    case "GET faults":
      return answer(response, 200, actions.faults.list());
    case "POST faults":
      actions.faults.set((await parseBody(request, faultBody)) as Fault);
      return answer(response, 200, actions.faults.list());
    case "DELETE faults":
      actions.faults.clear();
      return answer(response, 200, []);
    case "POST down":
      await actions.down();
      return answer(response, 200, {});
    default:
      return answer(response, 404, { error: `there is no ${route}` });
  }
}

async function parseBody<Schema extends z.core.$ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.core.output<Schema>> {
  const text = (await readBody(request)).toString("utf8");
  const parsed = z.safeParse(schema, parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ApiError("InvalidRequest", z.prettifyError(parsed.error));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError("InvalidRequest", "the body is not JSON");
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
