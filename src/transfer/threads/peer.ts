import { type ErrorCode, RunctlError, isRunctlError } from "../../errors.ts";

/** One end of a line between two threads. */
export interface Port {
  postMessage: (message: unknown) => void;
  on: (event: "message", listener: (message: unknown) => void) => unknown;
}

/** Answers a call of the other side; `signal` aborts when the other side gives it up. */
export type Answer = (value: never, signal: AbortSignal) => unknown;

/** Calls over a line between threads, in both directions; values are copied (the structured clone algorithm). */
export interface Peer {
  /** @throws what the other side threw, or what `fail` was given. */
  call: <Result>(name: string, value: unknown, signal?: AbortSignal) => Promise<Result>;
  /** Ends all calls, and those to come, with this error: the other side is gone. */
  fail: (error: unknown) => void;
}

type Message =
  | { kind: "call"; id: number; name: string; value: unknown }
  | { kind: "abort"; id: number }
  | { kind: "result"; id: number; value: unknown }
  | { kind: "error"; id: number; error: CopiedError };

interface CopiedError {
  error: unknown;
  /** What the copy of a RunctlError would lose. */
  known?: { code: ErrorCode; message: string; hint: string | undefined };
}

export function createPeer(port: Port, answers: Readonly<Record<string, Answer>>): Peer {
  const open = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: unknown) => void }
  >();
  const answering = new Map<number, AbortController>();
  let nextId = 0;
  let failure: { error: unknown } | undefined;

  const post = (message: Message) => port.postMessage(message);

  async function answer(id: number, name: string, value: unknown): Promise<void> {
    const controller = new AbortController();
    answering.set(id, controller);
    try {
      const result = await answers[name]?.(value as never, controller.signal);
      post({ kind: "result", id, value: result });
    } catch (error) {
      post({ kind: "error", id, error: copyOf(error) });
    } finally {
      answering.delete(id);
    }
  }

  port.on("message", (received) => {
    const message = received as Message;
    const { id } = message;
    if (message.kind === "call") void answer(id, message.name, message.value);
    else if (message.kind === "abort") answering.get(id)?.abort(new Error("given up"));
    else {
      const call = open.get(id);
      open.delete(id);
      if (message.kind === "result") call?.resolve(message.value as never);
      else call?.reject(originalOf(message.error));
    }
  });

  return {
    async call(name, value, signal) {
      if (failure) throw failure.error;
      signal?.throwIfAborted();
      const id = nextId++;
      const abort = () => post({ kind: "abort", id });
      signal?.addEventListener("abort", abort, { once: true });
      try {
        return await new Promise((resolve, reject) => {
          open.set(id, { resolve, reject });
          post({ kind: "call", id, name, value });
        });
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      } finally {
        signal?.removeEventListener("abort", abort);
      }
    },
    fail(error) {
      failure = { error };
      for (const { reject } of open.values()) reject(error);
      open.clear();
    },
  };
}

function copyOf(error: unknown): CopiedError {
  if (!isRunctlError(error)) return { error };
  const { code, message, hint } = error;
  return { error: error.cause, known: { code, message, hint } };
}

function originalOf({ error, known }: CopiedError): unknown {
  if (!known) return error;
  const { code, message, hint } = known;
  return new RunctlError(code, message, { ...(hint === undefined ? {} : { hint }), cause: error });
}
