/** The alert port in a file of the SQLite store, whose one process always leads. */
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../runtime/clock.ts";
import { DAY_MS } from "../../../runtime/time_units.ts";
import type { Turns } from "../../../runtime/turns.ts";
import { STALE_SPANS } from "../../queries.ts";
import type { AlertsDialect } from "../../sql/alerts/alert_sql.ts";
import { SqlAlertRecords } from "../../sql/alerts/sql_alert_records.ts";
import { SqlAlertStore } from "../../sql/alerts/sql_alert_store.ts";
import type { Queryable, SqlTransactions } from "../../sql/sql_source.ts";
import { SQLITE_QUERIES } from "../sqlite_queries.ts";
import { rowsOf } from "../sqlite_source.ts";
import { StoreFile } from "../store_file.ts";

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

/** On connections of its own, opened at their first use; one to read alone needs no right to write. */
function transactionsOf(
  { path, clock, turns }: SqliteAlertsOptions,
  { readsAlone }: { readonly readsAlone: boolean },
): SqlTransactions {
  const writer = new StoreFile(path, "write");
  const reader = readsAlone ? new StoreFile(path, "read") : writer;
  /** Connections that know the clock. */
  const prepared = new WeakSet<DatabaseSync>();
  return {
    transaction(_action, kind, work) {
      const run = async (db: DatabaseSync) => {
        if (!prepared.has(db)) db.function("sitemon_now", () => clock.nowMicros());
        prepared.add(db);
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
      return turns.take(() => (kind === "read" ? reader : writer).use(run));
    },
    close: () =>
      turns.take(() => Promise.resolve([reader, writer].forEach((file) => file.close()))),
  };
}

export function sqliteAlertStore(options: SqliteAlertsOptions): SqlAlertStore {
  return new SqlAlertStore(transactionsOf(options, { readsAlone: false }), DIALECT);
}

/** Needs the right to write only where something is changed. */
export function sqliteAlertRecords(options: SqliteAlertsOptions): SqlAlertRecords {
  return new SqlAlertRecords(transactionsOf(options, { readsAlone: true }), DIALECT);
}
