import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** A host's addresses, and how many connections each has. */
export interface AddressBook {
  /**
   * The address with the fewest connections of those that did not fail lately; one more is counted for it.
   * @throws what the resolver throws
   */
  take(): Promise<string>;
  /** The connection is gone, or came to nothing. */
  giveBack(address: string): void;
  /** The address is left out for a while. */
  noteFailed(address: string): void;
  /** There is an address that did not fail lately. */
  hasMore(): boolean;
}

export type Resolve = (host: string) => Promise<string[]>;

/** S3 gives some of its many addresses, others each time, for a few seconds. */
const freshMs = 30_000;
const failedMs = 60_000;
/** Addresses that the resolver did not name for so long are left. */
const staleMs = 300_000;

const resolveAll: Resolve = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};

interface Entry {
  connections: number;
  namedAt: number;
  failedAt: number;
}

/**
 * Spreads connections over all addresses of a host ("Performance design patterns for Amazon S3": more connections
 * over more of S3's addresses), and keeps away from those that fail.
 */
export function addressBook(
  host: string,
  resolve: Resolve = resolveAll,
  now: () => number = Date.now,
): AddressBook {
  const entries = new Map<string, Entry>();
  let resolvedAt = -Infinity;
  let resolving: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const named = isIP(host) ? [host] : await resolve(host);
    resolvedAt = now();
    for (const address of named) {
      const entry = entries.get(address) ?? { connections: 0, namedAt: 0, failedAt: -Infinity };
      entry.namedAt = resolvedAt;
      entries.set(address, entry);
    }
    for (const [address, { namedAt, connections }] of entries) {
      if (connections === 0 && resolvedAt - namedAt > staleMs) entries.delete(address);
    }
  }

  function best(): string | undefined {
    let chosen: [string, Entry] | undefined;
    for (const [address, entry] of entries) {
      if (now() - entry.failedAt < failedMs) continue;
      if (!chosen || entry.connections < chosen[1].connections) chosen = [address, entry];
    }
    return chosen?.[0];
  }

  return {
    async take() {
      if (now() - resolvedAt > freshMs || best() === undefined) {
        resolving ??= refresh().finally(() => void (resolving = undefined));
        await resolving.catch((error: unknown) => {
          // What was named before may still answer.
          if (entries.size === 0) throw error;
        });
      }
      // All failed: the one that did so first is the best guess.
      const oldest = [...entries].toSorted(([, a], [, b]) => a.failedAt - b.failedAt)[0];
      const chosen = best() ?? oldest?.[0];
      if (chosen === undefined) throw new Error(`${host} has no address`);
      entries.get(chosen)!.connections += 1;
      return chosen;
    },
    giveBack(address) {
      const entry = entries.get(address);
      if (entry) entry.connections -= 1;
    },
    noteFailed(address) {
      const entry = entries.get(address);
      if (entry) entry.failedAt = now();
    },
    hasMore: () => best() !== undefined,
  };
}
