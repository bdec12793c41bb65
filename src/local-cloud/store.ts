import { DatabaseSync } from "node:sqlite";

/** Keyed JSON documents that survive `kill -9` of the server; read from memory, written through. */
export interface Table<Row> {
  get(key: string): Row | undefined;
  /** In the order in which the keys were first put. */
  all(): Row[];
  put(key: string, row: Row): void;
  delete(key: string): void;
}

export interface Store {
  /** Rows must be plain JSON: dates as ISO strings. Rows are not copied: change a row by `put`. */
  table<Row>(name: string): Table<Row>;
  /** Writes of several tables as one: all or none of them survive a crash. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/** @param path of the database file, or `:memory:`. */
export function openStore(path: string): Store {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000");
  database.exec(
    "CREATE TABLE IF NOT EXISTS rows (kind TEXT, key TEXT, position INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT, UNIQUE (kind, key))",
  );
  const select = database.prepare("SELECT key, json FROM rows WHERE kind = ? ORDER BY position");
  const upsert = database.prepare(
    "INSERT INTO rows (kind, key, json) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET json = excluded.json",
  );
  const remove = database.prepare("DELETE FROM rows WHERE kind = ? AND key = ?");

  return {
    table<Row>(kind: string): Table<Row> {
      const rows = new Map<string, Row>();
      for (const row of select.all(kind)) {
        rows.set(String(row["key"]), JSON.parse(String(row["json"])) as Row);
      }
      return {
        get: (key) => rows.get(key),
        all: () => [...rows.values()],
        put(key, row) {
          upsert.run(kind, key, JSON.stringify(row));
          rows.set(key, row);
        },
        delete(key) {
          remove.run(kind, key);
          rows.delete(key);
        },
      };
    },
    transaction(work) {
      database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => database.close(),
  };
}
