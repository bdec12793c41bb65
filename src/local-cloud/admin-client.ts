import { RunctlError } from "../errors.ts";
import type { Interruption } from "./admin-api.ts";
import type { CloudStatus } from "./cloud-status.ts";
import type { LocalConnection } from "./connection.ts";
import type { Fault } from "./faults.ts";

/** The admin API of a running local cloud, for the command line and for tests. */
export interface AdminClient {
  status(): Promise<CloudStatus>;
  /** @throws RunctlError NOT_FOUND for an unknown instance, CONFLICT when it does not run. */
  interrupt(instanceId: string, interruption: Interruption): Promise<void>;
  setFault(fault: Fault): Promise<Fault[]>;
  faults(): Promise<Fault[]>;
  clearFaults(): Promise<void>;
  /** Resolves when everything is freed; the server ends after that. */
  down(): Promise<void>;
}

export function adminClient({ endpoint, adminToken }: LocalConnection): AdminClient {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${endpoint}/_runctl/${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    throw refusal(answer as { error?: string; code?: string });
  };
  return {
    status: async () => (await call("GET", "status")) as CloudStatus,
    interrupt: async (instanceId, interruption) =>
      void (await call("POST", "interrupt", { instanceId, ...interruption })),
    setFault: async (fault) => (await call("POST", "faults", fault)) as Fault[],
    faults: async () => (await call("GET", "faults")) as Fault[],
    clearFaults: async () => void (await call("DELETE", "faults")),
    down: async () => void (await call("POST", "down")),
  };
}

function refusal({ error = "the local cloud refused", code = "" }): RunctlError {
  if (code.endsWith(".NotFound")) return new RunctlError("NOT_FOUND", error);
  if (code.startsWith("Incorrect")) return new RunctlError("CONFLICT", error);
  return new RunctlError("OPERATION_FAILED", error);
}
