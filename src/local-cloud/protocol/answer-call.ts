import { ApiError, type Call } from "../call.ts";
import type { Operation, SchemaService } from "../service-parts.ts";
import type { OperationSchema } from "./api-schemas.ts";
import type { Protocol, WireAnswer, WireRequest } from "./protocol.ts";

/** A service and how it is spoken to. */
export interface Api {
  /** The prefix of its actions in policies, such as `ec2`. */
  prefix: string;
  protocol: Protocol;
  schemaOf(action: string): OperationSchema | undefined;
  service: SchemaService;
}

/**
 * Answers one call: reads it by its schema, asks the policies, runs the operation.
 *
 * @throws ApiError for what AWS would answer as an error.
 */
export async function answerCall(
  api: Api,
  action: string,
  request: WireRequest,
  call: Call,
): Promise<WireAnswer> {
  const schema = api.schemaOf(action);
  const operation = findOperation(api.service, action);
  if (!schema || !operation) {
    const message = `The action ${action} is not valid for this web service.`;
    throw new ApiError("InvalidAction", message);
  }
  const input = api.protocol.input(request, schema.input) as never;
  if (call.principal.kind === "role") {
    const checks = api.service.checks?.(action, input, call);
    call.authorize(checks ?? [{ action: `${api.prefix}:${action}`, resource: "*" }]);
  }
  const output = await operation(input, call);
  return api.protocol.answer(action, schema.output, output, call.requestId);
}

function findOperation({ operations }: SchemaService, action: string): Operation | undefined {
  return Object.hasOwn(operations, action) ? operations[action] : undefined;
}
