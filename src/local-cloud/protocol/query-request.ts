import { ApiError } from "../call.ts";
import type { WireRequest } from "./protocol.ts";

/** The parameters of a query request: of the URL and, in a POST, of the form. */
export function queryParameters(request: WireRequest): URLSearchParams {
  const parameters = new URLSearchParams(request.query);
  if (request.method === "POST") {
    for (const [name, value] of new URLSearchParams(request.body.toString("utf8"))) {
      parameters.append(name, value);
    }
  }
  return parameters;
}

export function queryAction(request: WireRequest): string {
  const action = queryParameters(request).get("Action");
  if (action) return action;
  throw new ApiError("MissingAction", "The request must contain the parameter Action");
}
