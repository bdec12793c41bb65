import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Keys are compared as UTF-8 bytes (SQLite's BINARY collation), which is the order S3 lists them in. */
const schema = `
  CREATE TABLE IF NOT EXISTS opened (at INTEGER);
  CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS bucket_documents (
    bucket TEXT, kind TEXT, body TEXT NOT NULL, PRIMARY KEY (bucket, kind)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT, key TEXT, version INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified_at INTEGER NOT NULL, part_count INTEGER NOT NULL, checksum_algorithm TEXT NOT NULL,
    checksum_type TEXT NOT NULL, checksum_value TEXT NOT NULL, headers TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS pieces (
    version INTEGER, start INTEGER, size INTEGER NOT NULL, part_number INTEGER NOT NULL,
    checksum TEXT, file TEXT, body BLOB, UNIQUE (version, start)
  );
  CREATE INDEX IF NOT EXISTS piece_files ON pieces (file) WHERE file IS NOT NULL;
  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, initiated_at INTEGER NOT NULL,
    checksum_algorithm TEXT NOT NULL, checksum_type TEXT NOT NULL, is_checksum_declared INTEGER NOT NULL,
    headers TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, id);
  CREATE TABLE IF NOT EXISTS parts (
    upload TEXT, number INTEGER, size INTEGER NOT NULL, md5 TEXT NOT NULL, checksum TEXT NOT NULL,
    modified_at INTEGER NOT NULL, file TEXT, body BLOB, UNIQUE (upload, number)
  );
  CREATE INDEX IF NOT EXISTS part_files ON parts (file) WHERE file IS NOT NULL;
`;

/** The SQLite file behind the object store: rows stay on disk, so a million keys cost no memory. */
export interface IndexDatabase {
  prepare(sql: string): StatementSync;
  /**
   * Runs `work` in a transaction and resolves once its changes would survive a power cut. Works that
   * wait at the same time share one sync. A work that throws changes nothing and disturbs no other;
   * no other work runs in between, so a condition checked inside it still holds when it writes.
   */
  write<Result>(work: () => Result): Promise<Result>;
  close(): Promise<void>;
}

interface Job {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

export async function openIndexDatabase(path: string, now: number): Promise<IndexDatabase> {
  const database = new DatabaseSync(path);
  // NORMAL leaves syncing the log at a commit to us: `flush` does it off the main thread, for many
  // commits at once. SQLite itself still syncs around checkpoints.
  database.exec(
    "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000",
  );
  database.exec(schema);
  // The log exists from the first write on, and keeps its file until the database is closed.
  database.prepare("DELETE FROM opened").run();
  database.prepare("INSERT INTO opened (at) VALUES (?)").run(now);
  const log = await open(`${path}-wal`, "r+");
  await log.datasync();
  await syncDirectory(dirname(path));

  const queue: Job[] = [];
  let running: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    // Writers of the same turn of the event loop join the first batch.
    await Promise.resolve();
    while (queue.length > 0) await writeTogether(database, log, queue.splice(0));
    running = undefined;
  };

  return {
    prepare: (sql) => database.prepare(sql),
    write: <Result>(work: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ work, resolve: resolve as Job["resolve"], reject });
        running ??= drain();
      }),
    async close() {
      await running;
      await log.close();
      database.close();
    },
  };
}

async function writeTogether(
  database: DatabaseSync,
  log: FileHandle,
  jobs: readonly Job[],
): Promise<void> {
  const answers: Array<() => void> = [];
  try {
    database.exec("BEGIN IMMEDIATE");
    for (const job of jobs) answers.push(runJob(database, job));
    database.exec("COMMIT");
    await log.datasync();
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    for (const job of jobs) job.reject(error);
    return;
  }
  for (const answer of answers) answer();
}

/** Runs one job; what it gives back tells the job's owner, once the batch is on disk. */
function runJob(database: DatabaseSync, job: Job): () => void {
  database.exec("SAVEPOINT job");
  try {
    const value = job.work();
    database.exec("RELEASE job");
    return () => job.resolve(value);
  } catch (error) {
    database.exec("ROLLBACK TO job");
    database.exec("RELEASE job");
    return () => job.reject(error);
  }
}

/** Makes the names in a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
