interface Sender {
  send(command: never, options?: never): Promise<unknown>;
}

type Send = (command: unknown, options?: { abortSignal?: AbortSignal }) => Promise<unknown>;

/**
 * Makes every call of a client end when `signal` aborts, with the signal's reason: one that waits for an answer, for
 * credentials or for its next attempt. A call that begins after that is somebody's tidying up, and runs.
 */
export function endCallsWith<Client extends Sender>(client: Client, signal: AbortSignal): Client {
  const send = client.send.bind(client) as Send;
  const ending: Send = (command, options = {}) => {
    if (signal.aborted) return send(command, options);
    const given = options.abortSignal ? [options.abortSignal, signal] : [signal];
    return orAborted(send(command, { ...options, abortSignal: AbortSignal.any(given) }), signal);
  };
  return Object.assign(client, { send: ending });
}

/** @throws the reason of the signal. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([work, aborted.promise]).finally(() =>
    signal.removeEventListener("abort", stop),
  );
}
