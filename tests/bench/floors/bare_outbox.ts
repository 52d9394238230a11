/** The floor of an outbox: node:sqlite with the same rows and group commits, and nothing else. */
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** A row as the outbox has it. */
export interface BareRow {
  readonly site: string;
  readonly producerId: string;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

export class BareOutbox implements Disposable {
  readonly #sql: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #all: StatementSync;
  readonly #deleteAll: StatementSync;

  constructor(path: string) {
    this.#sql = new DatabaseSync(path);
    this.#sql.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    this.#sql.exec(
      `CREATE TABLE row (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, key TEXT,
         producer_id TEXT, sequence INTEGER, recorded_at INTEGER, payload BLOB)`,
    );
    this.#insert = this.#sql.prepare(
      `INSERT INTO row (kind, key, producer_id, sequence, recorded_at, payload)
       VALUES ('report', ?, ?, ?, ?, ?)`,
    );
    this.#all = this.#sql.prepare("SELECT * FROM row ORDER BY id");
    this.#deleteAll = this.#sql.prepare("DELETE FROM row");
  }

  /** In one durable transaction. */
  store(rows: readonly BareRow[]): void {
    this.#sql.exec("BEGIN");
    for (const { site, producerId, sequence, payload } of rows) {
      this.#insert.run(site, producerId, sequence, Date.now() * 1_000, payload);
    }
    this.#sql.exec("COMMIT");
  }

  /** Reads back what was stored, and deletes it in another one. */
  settle(): void {
    this.#all.all();
    this.#deleteAll.run();
  }

  [Symbol.dispose](): void {
    this.#sql.close();
  }
}
