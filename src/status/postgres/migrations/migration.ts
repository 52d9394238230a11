/** One step from a version of the tables to the next. A step that was released never changes. */
import { type FieldName, REPORT_FIELDS } from "../../../report/fields.ts";
import type { Connection } from "../connection/connection.ts";
import { columnType } from "../ingest/report_columns.ts";

export interface Migration {
  /** What it does, for people who read `schema_migration`. */
  readonly name: string;
  /** SQL in order, or code; inside a transaction that holds the migration lock. */
  readonly up: readonly string[] | ((connection: Connection) => Promise<void>);
}

/** Adds the column of a field that is new in the table of fields; NULL for the reports before it. */
export function addReportColumn(field: FieldName): Migration {
  const tables = REPORT_FIELDS[field].kept === "status"
    ? ["site_status", "site_report"]
    : ["site_report"];
  return {
    name: `${field} of reports`,
    up: tables.map((table) => `ALTER TABLE ${table} ADD COLUMN ${field} ${columnType(field)}`),
  };
}
