/** The tables of the SQLite store as numbered steps; `PRAGMA user_version` is the last one done. */
import { columnTypeOf, type FieldName, REPORT_FIELDS } from "../../../report/fields.ts";
import { DAY_TOTALS } from "./day_totals.ts";
import { FIRST_TABLES } from "./first_tables.ts";
import { DEAD_LETTER_NUMBERS } from "./dead_letter_numbers.ts";
import { SITE_DAYS } from "./site_days.ts";
import { STATUS_VIEWS } from "./status_views.ts";

/** Step n brings a file from version n to n + 1. Steps that were released never change. */
export const MIGRATIONS: readonly string[] = [
  FIRST_TABLES,
  SITE_DAYS,
  STATUS_VIEWS,
  DEAD_LETTER_NUMBERS,
  DAY_TOTALS,
];

/** Adds the column of a field that is new in the table of fields; NULL for the reports before it. */
export function addReportColumn(field: FieldName): string {
  const type = ["string", "structure"].includes(columnTypeOf(field)) ? "TEXT" : "INTEGER";
  const tables = REPORT_FIELDS[field].kept === "status"
    ? ["site_status", "site_report"]
    : ["site_report"];
  return tables.map((table) => `ALTER TABLE ${table} ADD COLUMN ${field} ${type};`).join("\n");
}
