/** The alert port in a file of the SQLite store, whose one process always leads. */
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../runtime/clock.ts";
import { DAY_MS } from "../../../runtime/time_units.ts";
import type { Turns } from "../../../runtime/turns.ts";
import { STALE_SPANS } from "../../queries.ts";
import type { AlertsDialect } from "../../sql/alerts/alert_sql.ts";
import { SqlAlertRecords } from "../../sql/alerts/sql_alert_records.ts";
import { SqlAlertStore } from "../../sql/alerts/sql_alert_store.ts";
import type { Queryable, SqlTransactions, TransactionKind } from "../../sql/sql_source.ts";
import { SQLITE_QUERIES } from "../sqlite_queries.ts";
import { rowsOf } from "../sqlite_source.ts";
import { type FileAccess, StoreFile } from "../store_file.ts";

const DIALECT: AlertsDialect = {
  ...SQLITE_QUERIES,
  now: "sitemon_now()",
  later: (ms) => `sitemon_now() + ${ms} * 1000`,
  rows(columns) {
    const values = Array.from(
      columns,
      ([name, kind]) =>
        kind === "json"
          ? `nullif(value -> '${name}', 'null') AS ${name}`
          : `value ->> '${name}' AS ${name}`,
    );
    return `(SELECT ${values.join(", ")} FROM json_each($1))`;
  },
  texts: (array) => `json_each(${array})`,
  arrays: (expressions) => `json_group_array(json_array(${expressions}))`,
  isRecent: `r.checked_at >= coalesce(
    s.checked_at - (${DAY_MS} + ${STALE_SPANS} * $2 * s.next_check_ms) * 1000, 0)`,
  isFree: "true",
  lock: () => "",
  lockFree: () => "",
};

export interface SqliteAlertsOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Of the thread: a connection that waits for another one of it would block both. */
  readonly turns: Turns;
}

/** On a connection of its own, opened at its first use. */
class SqliteTransactions implements SqlTransactions {
  readonly #file: StoreFile;
  readonly #clock: Clock;
  readonly #turns: Turns;
  /** The connection that knows the clock. */
  #prepared?: DatabaseSync;

  constructor({ path, clock, turns }: SqliteAlertsOptions, access: FileAccess) {
    this.#file = new StoreFile(path, access);
    this.#clock = clock;
    this.#turns = turns;
  }

  transaction<T>(
    _action: string,
    kind: TransactionKind,
    work: (connection: Queryable) => Promise<T>,
  ): Promise<T> {
    const run = async (db: DatabaseSync) => {
      if (this.#prepared !== db) db.function("sitemon_now", () => this.#clock.nowMicros());
      this.#prepared = db;
      db.prepare(kind === "read" ? "BEGIN" : "BEGIN IMMEDIATE").run();
      try {
        const query: Queryable["query"] = (statement, values) =>
          Promise.resolve(rowsOf(db, statement, values) as never[]);
        const result = await work({ query });
        db.prepare("COMMIT").run();
        return result;
      } catch (error) {
        if (db.isTransaction) db.prepare("ROLLBACK").run();
        throw error;
      }
    };
    return this.#turns.take(() => this.#file.use(run));
  }

  async close(): Promise<void> {
    await this.#turns.take(() => Promise.resolve(this.#file.close()));
  }
}

export function sqliteAlertStore(options: SqliteAlertsOptions): SqlAlertStore {
  return new SqlAlertStore(new SqliteTransactions(options, "write"), DIALECT);
}

/** Needs the right to write only where something is changed. */
export function sqliteAlertRecords(options: SqliteAlertsOptions): SqlAlertRecords {
  const reader = new SqliteTransactions(options, "read");
  const writer = new SqliteTransactions(options, "write");
  return new SqlAlertRecords({ reader, writer }, DIALECT);
}
