/** The alert port in PostgreSQL. */
import type { Telemetry } from "../../../runtime/telemetry/telemetry.ts";
import { LEAD_MS } from "../../alert_store.ts";
import { STALE_SPANS } from "../../queries.ts";
import type { ColumnKind } from "../../sql/alerts/alert_rows.ts";
import type { AlertsDialect } from "../../sql/alerts/alert_sql.ts";
import { SqlAlertRecords } from "../../sql/alerts/sql_alert_records.ts";
import { SqlAlertStore } from "../../sql/alerts/sql_alert_store.ts";
import type { SqlTransactions } from "../../sql/sql_source.ts";
import type { PostgresOptions } from "../connection/postgres_options.ts";
import { Session } from "../connection/session.ts";
import { timeOf } from "../ingest/report_columns.ts";
import { POSTGRES_QUERIES } from "../postgres_queries.ts";

const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: "text",
  uuid: "uuid",
  int: "int",
  boolean: "boolean",
  time: "bigint",
  json: "jsonb",
};

const DIALECT: AlertsDialect = {
  ...POSTGRES_QUERIES,
  now: "now()",
  later: (ms) => `now() + ${ms} * interval '1 millisecond'`,
  rows(columns) {
    const values = Array.from(
      columns,
      ([name, kind]) => kind === "time" ? `${timeOf(name)} AS ${name}` : name,
    );
    const types = Array.from(columns, ([name, kind]) => `${name} ${TYPES[kind]}`);
    return `(SELECT ${values.join(", ")} FROM json_to_recordset($1) AS j(${types.join(", ")}))`;
  },
  texts: (array) =>
    `jsonb_array_elements_text(${array.startsWith("$") ? `CAST(${array} AS jsonb)` : array})`,
  arrays: (expressions) => `CAST(json_agg(json_build_array(${expressions})) AS text)`,
  // By what the history is divided by, so that few of its days are looked at. As an int, the spans of
  // a site that is checked once a day would be too large.
  isRecent: `r.checked_at >= coalesce(s.checked_at - interval '1 day'
    - ${STALE_SPANS}::bigint * $2 * s.next_check_ms * interval '1 millisecond', '-infinity')`,
  isFree: "d.holder = excluded.holder OR d.leads_until < now()",
  lock: (relation) => `FOR UPDATE OF ${relation}`,
  lockFree: (relation) => `FOR UPDATE OF ${relation} SKIP LOCKED`,
};

/** A process that is suspended in a transaction keeps the lead, or channels, no longer than a lead. */
function transactionsOf(options: PostgresOptions, telemetry?: Telemetry): SqlTransactions {
  const session = new Session({ ...options, idleInTransactionMs: LEAD_MS }, telemetry);
  return {
    transaction(action, kind, work) {
      const mode = kind === "read" ? "REPEATABLE READ READ ONLY" : "READ COMMITTED";
      return session.use(action, (it) => it.transaction(() => work(it), mode));
    },
    close: () => session.close(),
  };
}

export function postgresAlertStore(options: PostgresOptions, telemetry?: Telemetry): SqlAlertStore {
  return new SqlAlertStore(transactionsOf(options, telemetry), DIALECT);
}

export function postgresAlertRecords(options: PostgresOptions): SqlAlertRecords {
  return new SqlAlertRecords(transactionsOf(options), DIALECT);
}
