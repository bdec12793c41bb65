import type { Aws } from "../aws/connect.ts";
import { getBytes, type ObjectAddress } from "../aws/s3-objects.ts";
import { awsErrorCode } from "../aws/translate-error.ts";
import { isRunctlError } from "../errors.ts";
import { logPartBytes, logPartKey } from "../instance-reports.ts";

/**
 * Reads a log that an instance sends in parts. Only what was not read yet is fetched.
 *
 * @returns a function that returns what is new at each call; undefined while there is no log at all.
 */
export function logReader(aws: Aws, log: ObjectAddress): () => Promise<Uint8Array | undefined> {
  let part = 0;
  let offset = 0;

  async function readPart(): Promise<Uint8Array | undefined> {
    try {
      return await getBytes(aws, { ...log, key: logPartKey(log.key, part), from: offset });
    } catch (error) {
      // S3 names a range that begins at the end of an object so: nothing has come since.
      if (awsErrorCode(error) === "InvalidRange") return new Uint8Array();
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
