import type { Checksum, ChecksumType } from "../checksums.ts";
import type { StoredBytes } from "../piece-files.ts";
import type { IndexDatabase } from "./index-database.ts";

/** What an object is, without its bytes. */
export interface StoredObject {
  bucket: string;
  key: string;
  /** Names the bytes: another write of the same key has another version. */
  version: number;
  size: number;
  /** Without quotes. */
  etag: string;
  /** Milliseconds, whole seconds: S3 tells no finer time. */
  modifiedAt: number;
  /** 0: it was not uploaded in parts. */
  partCount: number;
  checksum: Checksum & { type: ChecksumType };
  /** Content and user headers as they are sent back, by lower-case name. */
  headers: Readonly<Record<string, string>>;
}

/** A run of an object's bytes: one for each part. An empty object has one that is empty. */
export type StoredPiece = StoredBytes & {
  /** Offset in the object. */
  start: number;
  size: number;
  partNumber: number;
  /** Base64, of the object's algorithm; undefined for a part without one of its own. */
  checksum: string | undefined;
};

/** What listings walk over. */
export type ListedObject = Pick<
  StoredObject,
  "key" | "size" | "etag" | "modifiedAt" | "checksum" | "headers"
>;

/** Objects and their pieces. The writing members belong inside `IndexDatabase.write`. */
export interface ObjectRows {
  find(bucket: string, key: string): StoredObject | undefined;
  /** The pieces that hold bytes of `[start, end)`, in order. */
  pieces(version: number, start: number, end: number): StoredPiece[];
  /** One piece by its part number. */
  piece(version: number, partNumber: number): StoredPiece | undefined;
  /** The sizes and checksums of the pieces with part numbers above `after`. */
  pieceSummaries(version: number, after: number, limit: number): PieceSummary[];
  /** Lazily, in key order, from `from` (inclusive) up to `before` (exclusive). */
  list(bucket: string, from: string, before: string | undefined): IterableIterator<ListedObject>;
  isEmpty(bucket: string): boolean;
  /** Puts the object in place of the one that was there. @returns the files that nobody needs any more. */
  put(object: Omit<StoredObject, "version">, pieces: readonly StoredPiece[]): string[];
  /** @returns the files that nobody needs any more. */
  delete(bucket: string, key: string): string[];
  namesFile(file: string): boolean;
  count(): number;
}

type PieceSummary = Pick<StoredPiece, "partNumber" | "size" | "checksum">;

const listedColumns =
  "key, size, etag, modified_at, checksum_algorithm, checksum_type, checksum_value, headers";

export function openObjectRows(database: IndexDatabase): ObjectRows {
  const find = database.prepare("SELECT * FROM objects WHERE bucket = ? AND key = ?");
  const insert = database.prepare(
    "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const remove = database.prepare("DELETE FROM objects WHERE bucket = ? AND key = ?");
  // Every object has a piece, so no version in use is above this.
  const newest = database.prepare("SELECT max(version) AS version FROM pieces").get();
  let lastVersion = Number(newest?.["version"] ?? 0);
  const insertPiece = database.prepare("INSERT INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?)");
  const pieces = database.prepare(`
    SELECT * FROM pieces WHERE version = :version AND start < :end AND start >= coalesce(
      (SELECT max(start) FROM pieces WHERE version = :version AND start <= :start), 0)
    ORDER BY start`);
  const piece = database.prepare(
    "SELECT * FROM pieces WHERE version = ? AND part_number = ? LIMIT 1",
  );
  const summaries = database.prepare(
    "SELECT part_number, size, checksum FROM pieces WHERE version = ? AND part_number > ? ORDER BY start LIMIT ?",
  );
  const removePieces = database.prepare("DELETE FROM pieces WHERE version = ? RETURNING file");
  const listTo = database.prepare(
    `SELECT ${listedColumns} FROM objects WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key`,
  );
  const listAll = database.prepare(
    `SELECT ${listedColumns} FROM objects WHERE bucket = ? AND key >= ? ORDER BY key`,
  );
  const anyObject = database.prepare("SELECT 1 FROM objects WHERE bucket = ? LIMIT 1");
  const namesFile = database.prepare("SELECT 1 FROM pieces WHERE file = ? LIMIT 1");
  const count = database.prepare("SELECT count(*) AS objects FROM objects");

  const dropBytesOf = (bucket: string, key: string): string[] => {
    const row = find.get(bucket, key);
    if (!row) return [];
    return removePieces
      .all(row["version"]!)
      .flatMap((removed) => (removed["file"] === null ? [] : [String(removed["file"])]));
  };

  return {
    find(bucket, key) {
      const row = find.get(bucket, key);
      return row && readObject(row);
    },
    pieces: (version, start, end) =>
      pieces.all({ version, start, end }).map((row) => readPiece(row)),
    piece(version, partNumber) {
      const row = piece.get(version, partNumber);
      return row && readPiece(row);
    },
    pieceSummaries: (version, after, limit) =>
      summaries.all(version, after, limit).map((row) => readSummary(row)),
    *list(bucket, from, before) {
      const rows =
        before === undefined ? listAll.iterate(bucket, from) : listTo.iterate(bucket, from, before);
      for (const row of rows) yield readListed(row);
    },
    isEmpty: (bucket) => anyObject.get(bucket) === undefined,
    put(object, stored) {
      const unused = dropBytesOf(object.bucket, object.key);
      const version = ++lastVersion;
      insert.run(
        object.bucket,
        object.key,
        version,
        object.size,
        object.etag,
        object.modifiedAt,
        object.partCount,
        object.checksum.algorithm,
        object.checksum.type,
        object.checksum.value,
        JSON.stringify(object.headers),
      );
      for (const { start, size, partNumber, checksum, file, body } of stored) {
        insertPiece.run(
          version,
          start,
          size,
          partNumber,
          checksum ?? null,
          file ?? null,
          body ?? null,
        );
      }
      return unused;
    },
    delete(bucket, key) {
      const unused = dropBytesOf(bucket, key);
      remove.run(bucket, key);
      return unused;
    },
    namesFile: (file) => namesFile.get(file) !== undefined,
    count: () => Number(count.get()?.["objects"] ?? 0),
  };
}

type Row = Record<string, unknown>;

function readObject(row: Row): StoredObject {
  return {
    bucket: row["bucket"] as string,
    version: row["version"] as number,
    partCount: row["part_count"] as number,
    ...readListed(row),
  };
}

function readListed(row: Row): ListedObject {
  return {
    key: row["key"] as string,
    size: row["size"] as number,
    etag: row["etag"] as string,
    modifiedAt: row["modified_at"] as number,
    checksum: {
      algorithm: row["checksum_algorithm"] as Checksum["algorithm"],
      type: row["checksum_type"] as ChecksumType,
      value: row["checksum_value"] as string,
    },
    headers: JSON.parse(row["headers"] as string) as Record<string, string>,
  };
}

function readPiece(row: Row): StoredPiece {
  const bytes: StoredBytes =
    typeof row["file"] === "string" ? { file: row["file"] } : { body: row["body"] as Uint8Array };
  return { ...bytes, ...readSummary(row), start: row["start"] as number };
}

function readSummary(row: Row): PieceSummary {
  return {
    partNumber: row["part_number"] as number,
    size: row["size"] as number,
    checksum: (row["checksum"] as string | null) ?? undefined,
  };
}
