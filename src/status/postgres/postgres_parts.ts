/** The parts of the store in PostgreSQL. */
import { AFTER_HORIZON_MICROS } from "../repair/audit_reader.ts";
import { type AuditDialect, SqlAudit } from "../sql/sql_audit.ts";
import { type DeadLettersDialect, SqlDeadLetters } from "../sql/sql_dead_letters.ts";
import { SqlWriterSchemas } from "../sql/sql_writer_schemas.ts";
import type { StoreContext, StoreParts } from "../store_parts.ts";
import { postgresAlertRecords, postgresAlertStore } from "./alerts/postgres_alerts.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { Session } from "./connection/session.ts";
import { microsOf } from "./ingest/report_columns.ts";
import { PostgresMaintenance } from "./postgres_maintenance.ts";
import { PostgresQueries } from "./postgres_queries.ts";
import { PostgresStore } from "./postgres_store.ts";

/** Ten million reports take some seconds from memory, and minutes from a slow disk. */
const AUDIT_TIMEOUT_MS = 600_000;

const AUDIT: AuditDialect = {
  micros: microsOf,
  horizon: `SELECT ${microsOf("nullif(not_before, '-infinity')")} AS micros FROM history_horizon`,
  begin: `not_before + ${AFTER_HORIZON_MICROS} * interval '1 microsecond'`,
};

const DEAD_LETTERS: DeadLettersDialect = {
  micros: microsOf,
  places: `SELECT topic, partition, "offset"
    FROM json_to_recordset($2::json) AS p(topic text, partition int, "offset" bigint)`,
  failures: `SELECT number, reason, detail
    FROM json_to_recordset($1) AS f(number bigint, reason text, detail text)`,
};

export function postgresParts(
  connection: PostgresOptions,
  { telemetry }: Pick<StoreContext, "telemetry">,
): StoreParts {
  const options = { connection, ...(telemetry && { telemetry }) };
  return {
    dependency: "postgres",
    status: () => new PostgresStore(options),
    queries: () => new PostgresQueries(options),
    maintenance: () => new PostgresMaintenance(options),
    deadLetters: () => new SqlDeadLetters(new Session(connection), DEAD_LETTERS),
    alertStore: () => postgresAlertStore(connection, telemetry),
    alertRecords: () => postgresAlertRecords(connection),
    writerSchemas: () => new SqlWriterSchemas(new Session(connection)),
    audit: (work) =>
      new Session(connection).useAlone(
        "audit",
        AUDIT_TIMEOUT_MS,
        (connection) =>
          connection.transaction(
            () => work(new SqlAudit(connection, AUDIT)),
            "REPEATABLE READ READ ONLY",
          ),
      ),
  };
}
