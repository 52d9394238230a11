/** A report as status and history hold it. */
import { HISTORY_FIELDS, STATUS_FIELDS } from "../../report/fields.ts";
import type { SiteReport } from "../../report/report.ts";

/** A recorded_at further ahead of the store's clock than this is replaced by the store's time. */
export const CLOCK_AHEAD_MAX_MICROS = 5 * 60 * 1_000_000;

/** The columns that a report fills in `site_status`. */
export const STATUS_COLUMNS = [
  "site",
  "location",
  "order_at",
  "producer_id",
  "sequence",
  ...STATUS_FIELDS,
] as const;

/** The columns that a report fills in `site_report`: those of its status, and more. */
export const REPORT_COLUMNS = [...STATUS_COLUMNS, ...HISTORY_FIELDS] as const;

/** A report that has its place among those of its site. */
export interface ReportRow extends SiteReport {
  /** Microseconds; the report's place in the order of its site. */
  readonly order_at: number;
}

/** What the transaction knows of time. */
export interface Times {
  /** The store's clock, microseconds since 1970. */
  readonly now: number;
  /** Reports checked before it have left the history. */
  readonly horizon: number;
}

/** The row of a report that arrives now. */
export function reportRow(report: SiteReport, times: Times): ReportRow {
  return { ...report, order_at: orderAt(report, times) };
}

/**
 * A clock that is ahead must not block later reports of its site, so a report from the future takes
 * the time of its arrival. History keeps that, and a replay comes out the same; a report that is too
 * old for history is not kept, so it takes a time that every replay agrees on.
 */
function orderAt(report: SiteReport, { now, horizon }: Times): number {
  if (report.recorded_at <= now + CLOCK_AHEAD_MAX_MICROS) return report.recorded_at;
  return report.checked_at < horizon ? report.checked_at : now;
}

/** `(columns) VALUES (?, …)`, for cells in the order of the columns: names would bind slower. */
export function insertedColumns(columns: readonly string[]): string {
  return `(${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
}

/**
 * A row's cells in the order of {@linkcode REPORT_COLUMNS}, as SQLite binds them: booleans as 0 and 1,
 * whatever has parts as JSON.
 */
export function cellsOf(row: ReportRow): (string | number | null)[] {
  return REPORT_COLUMNS.map((column) => {
    const value = row[column];
    if (typeof value === "boolean") return Number(value);
    return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
  });
}

/** The order of a site's reports: (order_at, producer_id, sequence). */
export function compareRows(a: ReportRow, b: ReportRow): number {
  if (a.order_at !== b.order_at) return a.order_at - b.order_at;
  if (a.producer_id !== b.producer_id) return a.producer_id < b.producer_id ? -1 : 1;
  return a.sequence - b.sequence;
}
