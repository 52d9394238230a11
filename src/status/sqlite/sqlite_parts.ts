/** The parts of the store in a SQLite file; those that repair work beside the process that writes it. */
import { AFTER_HORIZON_MICROS } from "../repair/audit_reader.ts";
import { type AuditDialect, SqlAudit } from "../sql/sql_audit.ts";
import { type DeadLettersDialect, SqlDeadLetters } from "../sql/sql_dead_letters.ts";
import { Turns } from "../../runtime/turns.ts";
import { SqlWriterSchemas } from "../sql/sql_writer_schemas.ts";
import type { StoreContext, StoreParts } from "../store_parts.ts";
import { sqliteAlertRecords, sqliteAlertStore } from "./alerts/sqlite_alerts.ts";
import { SqliteMaintenance } from "./sqlite_maintenance.ts";
import { SqliteQueries } from "./sqlite_queries.ts";
import { SqliteSource } from "./sqlite_source.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { StoreFile } from "./store_file.ts";

const AUDIT: AuditDialect = {
  micros: (column) => column,
  // It is 0 until something is purged.
  horizon: "SELECT nullif(not_before, 0) AS micros FROM history_horizon",
  begin: `not_before + ${AFTER_HORIZON_MICROS}`,
};

const DEAD_LETTERS: DeadLettersDialect = {
  micros: (column) => column,
  places: `SELECT value ->> 'topic', value ->> 'partition', value ->> 'offset' FROM json_each($2)`,
  failures: `SELECT value ->> 'number' AS number, value ->> 'reason' AS reason,
    value ->> 'detail' AS detail FROM json_each($1)`,
};

export function sqliteParts(
  { path }: { readonly path: string },
  { clock }: Pick<StoreContext, "clock">,
): StoreParts {
  const turns = new Turns();
  return {
    dependency: "store",
    status: () => new SqliteStore({ path, clock }),
    queries: () => new SqliteQueries({ path }),
    maintenance: () => new SqliteMaintenance({ path, clock }),
    deadLetters: () =>
      new SqlDeadLetters(new SqliteSource(new StoreFile(path, "write")), DEAD_LETTERS),
    alertStore: () => sqliteAlertStore({ path, clock, turns }),
    alertRecords: () => sqliteAlertRecords({ path, clock, turns }),
    writerSchemas: () => new SqlWriterSchemas(new SqliteSource(new StoreFile(path, "write"))),
    async audit(work) {
      using file = new StoreFile(path, "write");
      await file.use((db) => db.prepare("BEGIN").run());
      return await work(new SqlAudit(new SqliteSource(file), AUDIT));
    },
  };
}
