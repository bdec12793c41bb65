import type { Aws } from "../aws/connect.ts";
import { isRunctlError } from "../errors.ts";
import { logPartBytes, logPartKey } from "../instance-reports.ts";
import { fetchBytes } from "../transfer/fetch-bytes.ts";
import type { ObjectLocation } from "../transfer/object-location.ts";

/**
 * Reads a log that an instance sends in parts. Only what was not read yet is fetched.
 *
 * @returns a function that returns what is new at each call; undefined while there is no log at all.
 */
export function logReader(aws: Aws, log: ObjectLocation): () => Promise<Uint8Array | undefined> {
  let part = 0;
  let offset = 0;

  async function readPart(): Promise<Uint8Array | undefined> {
    try {
      return await fetchBytes(aws, { ...log, key: logPartKey(log.key, part) }, { from: offset });
    } catch (error) {
      if (isRunctlError(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }

  return async () => {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const bytes = await readPart();
      if (!bytes && part === 0) return undefined;
      if (bytes) pieces.push(bytes);
      offset += bytes?.length ?? 0;
      if (offset < logPartBytes) return Buffer.concat(pieces);
      part += 1;
      offset = 0;
    }
  };
}
