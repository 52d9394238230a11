/** A report as status and history hold it. */
import type { SiteReport } from "../../report/report.ts";

/** A recorded_at further ahead of the store's clock than this is not believed. */
export const CLOCK_AHEAD_MAX_MICROS = 5 * 60 * 1_000_000;

/** The columns that a report fills, in the order of its parameters. */
export const REPORT_COLUMNS = [
  "site",
  "location",
  "url",
  "response_time",
  "response_code",
  "error_text",
  "pattern",
  "pattern_match",
  "checked_at",
  "outcome",
  "reason",
  "interval_ms",
  "timings",
  "order_at",
  "producer_id",
  "sequence",
] as const;

/** `INSERT INTO … (columns) VALUES (parameters)` of one report. */
export const INSERTED_COLUMNS = `(${REPORT_COLUMNS.join(", ")}) VALUES (${
  REPORT_COLUMNS.map((column) => `:${column}`).join(", ")
})`;

/** One row, as SQLite binds it. */
export type ReportRow =
  & Omit<Pick<SiteReport, Exclude<Column, "order_at">>, "pattern_match" | "timings">
  & {
    readonly pattern_match: number | null;
    readonly timings: string | null;
    /** Microseconds; where the report stands in the order of its site. */
    readonly order_at: number;
  };
type Column = (typeof REPORT_COLUMNS)[number];

/** What the transaction knows of time. */
export interface Times {
  /** The store's clock, microseconds since 1970. */
  readonly now: number;
  /** Reports checked before it have left the history. */
  readonly horizon: number;
}

/** The row of a report that arrives now. */
export function reportRow(report: SiteReport, times: Times): ReportRow {
  const { pattern_match, timings } = report;
  return {
    site: report.site,
    location: report.location,
    url: report.url,
    response_time: report.response_time,
    response_code: report.response_code,
    error_text: report.error_text,
    pattern: report.pattern,
    pattern_match: pattern_match === null ? null : Number(pattern_match),
    checked_at: report.checked_at,
    outcome: report.outcome,
    reason: report.reason,
    interval_ms: report.interval_ms,
    timings: timings === null ? null : JSON.stringify(timings),
    order_at: orderAt(report, times),
    producer_id: report.producer_id,
    sequence: report.sequence,
  };
}

/** The order of a site's reports: (order_at, producer_id, sequence). */
export function compareRows(a: ReportRow, b: ReportRow): number {
  if (a.order_at !== b.order_at) return a.order_at - b.order_at;
  if (a.producer_id !== b.producer_id) return a.producer_id < b.producer_id ? -1 : 1;
  return a.sequence - b.sequence;
}

/**
 * A clock that is ahead must not freeze its site, so a report from the future takes the time of its
 * arrival. History keeps that, and a replay comes out the same; a report that is too old for
 * history is not kept, so it takes a time that every replay agrees on.
 */
function orderAt(report: SiteReport, { now, horizon }: Times): number {
  if (report.recorded_at <= now + CLOCK_AHEAD_MAX_MICROS) return report.recorded_at;
  return report.checked_at < horizon ? report.checked_at : now;
}
