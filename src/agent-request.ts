/** What the CLI may ask of a running agent through the tag `runctl:request`. A closed list; nothing in it destroys data. */
const requestVerbs = ["unmount", "freeze", "thaw", "grow", "stop"] as const;

export type RequestVerb = (typeof requestVerbs)[number];

export interface AgentRequest {
  verb: RequestVerb;
  /** undefined for `stop`. */
  volumeId: string | undefined;
  /** `<milliseconds since 1970>-<random>`: a request older than 60 s is ignored. */
  id: string;
}

export const requestLifetimeMs = 60_000;

export function formatAgentRequest({ verb, volumeId, id }: AgentRequest): string {
  return `${verb} ${volumeId ?? "-"} ${id}`;
}

/** Undefined for anything that is not a request of this version. */
export function parseAgentRequest(text: string): AgentRequest | undefined {
  const [verb, volume, id, ...rest] = text.split(" ");
  const known = requestVerbs.find((candidate) => candidate === verb);
  if (!known || !volume || !id || rest.length > 0) return undefined;
  return { verb: known, volumeId: volume === "-" ? undefined : volume, id };
}

export function requestTime({ id }: AgentRequest): number {
  return Number(id.split("-")[0]);
}

export interface AgentReply {
  id: string;
  outcome: "ok" | "failed";
  /** Why it failed. */
  message: string;
}

export function formatAgentReply({ id, outcome, message }: AgentReply): string {
  return `${id} ${outcome} ${message}`.trim();
}

export function parseAgentReply(text: string): AgentReply | undefined {
  const [id, outcome, ...words] = text.split(" ");
  if (!id || (outcome !== "ok" && outcome !== "failed")) return undefined;
  return { id, outcome, message: words.join(" ") };
}
