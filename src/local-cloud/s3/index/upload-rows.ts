import type { ChecksumAlgorithm, ChecksumType } from "../checksums.ts";
import type { StoredBytes } from "../piece-files.ts";
import type { IndexDatabase } from "./index-database.ts";

/** A multipart upload that was neither completed nor aborted. */
export interface Upload {
  id: string;
  bucket: string;
  key: string;
  /** Milliseconds. */
  initiatedAt: number;
  checksumAlgorithm: ChecksumAlgorithm;
  checksumType: ChecksumType;
  /** False: the client named none, and S3 computes CRC64NVME by itself. */
  isChecksumDeclared: boolean;
  headers: Readonly<Record<string, string>>;
}

export type UploadedPart = StoredBytes & {
  number: number;
  size: number;
  /** Hex. */
  md5: string;
  /** Base64, of the upload's algorithm. */
  checksum: string;
  /** Milliseconds. */
  modifiedAt: number;
};

/** Uploads and their parts. The writing members belong inside `IndexDatabase.write`. */
export interface UploadRows {
  find(id: string): Upload | undefined;
  /** In order of key and id, from after the given pair; lazily. */
  list(bucket: string, afterKey: string, afterId: string): IterableIterator<Upload>;
  add(upload: Upload): void;
  /** With its parts' rows; @returns the parts' files. */
  delete(id: string): string[];
  part(id: string, number: number): UploadedPart | undefined;
  /** With numbers above `after`, in order. */
  parts(id: string, after: number, limit: number): UploadedPart[];
  /** In place of the part of that number; @returns the files that nobody needs any more. */
  putPart(id: string, part: UploadedPart): string[];
  namesFile(file: string): boolean;
}

export function openUploadRows(database: IndexDatabase): UploadRows {
  const find = database.prepare("SELECT * FROM uploads WHERE id = ?");
  const list = database.prepare(
    "SELECT * FROM uploads WHERE bucket = ? AND (key, id) > (?, ?) ORDER BY key, id",
  );
  const add = database.prepare("INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  const remove = database.prepare("DELETE FROM uploads WHERE id = ?");
  const removeParts = database.prepare("DELETE FROM parts WHERE upload = ? RETURNING file");
  const removePart = database.prepare(
    "DELETE FROM parts WHERE upload = ? AND number = ? RETURNING file",
  );
  const part = database.prepare("SELECT * FROM parts WHERE upload = ? AND number = ?");
  const parts = database.prepare(
    "SELECT * FROM parts WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",
  );
  const putPart = database.prepare("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  const namesFile = database.prepare("SELECT 1 FROM parts WHERE file = ? LIMIT 1");

  return {
    find(id) {
      const row = find.get(id);
      return row && readUpload(row);
    },
    *list(bucket, afterKey, afterId) {
      for (const row of list.iterate(bucket, afterKey, afterId)) yield readUpload(row);
    },
    add: (upload) =>
      void add.run(
        upload.id,
        upload.bucket,
        upload.key,
        upload.initiatedAt,
        upload.checksumAlgorithm,
        upload.checksumType,
        Number(upload.isChecksumDeclared),
        JSON.stringify(upload.headers),
      ),
    delete(id) {
      remove.run(id);
      return filesOf(removeParts.all(id));
    },
    part(id, number) {
      const row = part.get(id, number);
      return row && readPart(row);
    },
    parts: (id, after, limit) => parts.all(id, after, limit).map((row) => readPart(row)),
    putPart(id, { number, size, md5, checksum, modifiedAt, file, body }) {
      const unused = filesOf(removePart.all(id, number));
      putPart.run(id, number, size, md5, checksum, modifiedAt, file ?? null, body ?? null);
      return unused;
    },
    namesFile: (file) => namesFile.get(file) !== undefined,
  };
}

type Row = Record<string, unknown>;

function filesOf(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => (typeof row["file"] === "string" ? [row["file"]] : []));
}

function readUpload(row: Row): Upload {
  return {
    id: row["id"] as string,
    bucket: row["bucket"] as string,
    key: row["key"] as string,
    initiatedAt: row["initiated_at"] as number,
    checksumAlgorithm: row["checksum_algorithm"] as ChecksumAlgorithm,
    checksumType: row["checksum_type"] as ChecksumType,
    isChecksumDeclared: row["is_checksum_declared"] === 1,
    headers: JSON.parse(row["headers"] as string) as Record<string, string>,
  };
}

function readPart(row: Row): UploadedPart {
  const bytes: StoredBytes =
    typeof row["file"] === "string" ? { file: row["file"] } : { body: row["body"] as Uint8Array };
  return {
    ...bytes,
    number: row["number"] as number,
    size: row["size"] as number,
    md5: row["md5"] as string,
    checksum: row["checksum"] as string,
    modifiedAt: row["modified_at"] as number,
  };
}
