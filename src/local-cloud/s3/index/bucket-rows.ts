import type { IndexDatabase } from "./index-database.ts";

interface Bucket {
  name: string;
  /** Milliseconds. */
  createdAt: number;
}

/** Buckets and the documents that hang on them. The writing members belong inside `IndexDatabase.write`. */
export interface BucketRows {
  find(name: string): Bucket | undefined;
  all(): Bucket[];
  add(bucket: Bucket): void;
  /** Its documents too. */
  delete(name: string): void;
  /** A sub-resource such as `policy`, as it was sent. */
  document(bucket: string, kind: string): string | undefined;
  /** @param body undefined: removes the document. */
  setDocument(bucket: string, kind: string, body: string | undefined): void;
}

export function openBucketRows(database: IndexDatabase): BucketRows {
  const find = database.prepare("SELECT * FROM buckets WHERE name = ?");
  const all = database.prepare("SELECT * FROM buckets ORDER BY name");
  const add = database.prepare("INSERT INTO buckets VALUES (?, ?)");
  const remove = database.prepare("DELETE FROM buckets WHERE name = ?");
  const removeDocuments = database.prepare("DELETE FROM bucket_documents WHERE bucket = ?");
  const document = database.prepare(
    "SELECT body FROM bucket_documents WHERE bucket = ? AND kind = ?",
  );
  const putDocument = database.prepare("INSERT OR REPLACE INTO bucket_documents VALUES (?, ?, ?)");
  const removeDocument = database.prepare(
    "DELETE FROM bucket_documents WHERE bucket = ? AND kind = ?",
  );
  return {
    find(name) {
      const row = find.get(name);
      return row && readBucket(row);
    },
    all: () => all.all().map((row) => readBucket(row)),
    add: ({ name, createdAt }) => void add.run(name, createdAt),
    delete(name) {
      remove.run(name);
      removeDocuments.run(name);
    },
    document: (bucket, kind) => document.get(bucket, kind)?.["body"] as string | undefined,
    setDocument(bucket, kind, body) {
      if (body === undefined) removeDocument.run(bucket, kind);
      else putDocument.run(bucket, kind, body);
    },
  };
}

function readBucket(row: Record<string, unknown>): Bucket {
  return { name: row["name"] as string, createdAt: row["created_at"] as number };
}
