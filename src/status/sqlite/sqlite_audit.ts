/** The audit's reader in the file of the SQLite store, beside the process that writes it. */
import { AFTER_HORIZON_MICROS, type AuditReader } from "../repair/audit_reader.ts";
import { type AuditDialect, SqlAudit } from "../sql/sql_audit.ts";
import { SqliteSource } from "./sqlite_source.ts";
import { StoreFile } from "./store_file.ts";

const DIALECT: AuditDialect = {
  micros: (column) => column,
  // It is 0 until something is purged.
  horizon: "SELECT nullif(not_before, 0) AS micros FROM history_horizon",
  begin: `not_before + ${AFTER_HORIZON_MICROS}`,
};

/** Calls `work` with a reader of one snapshot. Rejects with the errors of the store port. */
export async function readSqliteAudit<T>(
  path: string,
  work: (reader: AuditReader) => Promise<T>,
): Promise<T> {
  using file = new StoreFile(path, "write");
  await file.use((db) => db.prepare("BEGIN").run());
  return await work(new SqlAudit(new SqliteSource(file), DIALECT));
}
