import { retry } from "../retry.ts";
import { isUnreachable } from "./translate-error.ts";

interface Sender {
  send(command: never, options?: never): Promise<unknown>;
}

type Send = (command: unknown, options?: { abortSignal?: AbortSignal }) => Promise<unknown>;

/**
 * Makes every call of a client go on while AWS cannot be reached, for `forMs`. The SDK's own retries do not: all calls
 * of a client share 500 retry tokens, an outage uses them up, and from then on each failure is final.
 */
export function outlastOutages<Client extends Sender>(client: Client, forMs: number): Client {
  const send = client.send.bind(client) as Send;
  const patient: Send = (command, options = {}) =>
    retry(() => send(command, options), {
      deadlineMs: forMs,
      delayMs: 500,
      maxDelayMs: 3_000,
      shouldRetry: isUnreachable,
      ...(options.abortSignal ? { signal: options.abortSignal } : {}),
    });
  return Object.assign(client, { send: patient });
}
