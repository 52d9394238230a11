/** The audit's reader in PostgreSQL. */
import { AFTER_HORIZON_MICROS, type AuditReader } from "../repair/audit_reader.ts";
import { type AuditDialect, SqlAudit } from "../sql/sql_audit.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { Session } from "./connection/session.ts";
import { microsOf } from "./ingest/report_columns.ts";

/** Ten million reports take some seconds from memory, and minutes from a slow disk. */
const STATEMENT_TIMEOUT_MS = 600_000;

const DIALECT: AuditDialect = {
  micros: microsOf,
  horizon: `SELECT ${microsOf("nullif(not_before, '-infinity')")} AS micros FROM history_horizon`,
  begin: `not_before + ${AFTER_HORIZON_MICROS} * interval '1 microsecond'`,
};

/** Calls `work` with a reader of one snapshot. Rejects with the errors of the store port. */
export async function readPostgresAudit<T>(
  options: PostgresOptions,
  work: (reader: AuditReader) => Promise<T>,
): Promise<T> {
  const session = new Session(options);
  return await session.useAlone("audit", STATEMENT_TIMEOUT_MS, async (connection) => {
    // The connection is closed afterwards, and its transaction with it.
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return await work(new SqlAudit(connection, DIALECT));
  });
}
