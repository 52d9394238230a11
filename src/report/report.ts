/** The values that travel: what one check of a site found, and which reports were dropped. */
import type { GAP_FIELDS, REPORT_FIELDS } from "./fields.ts";
import type { Valued } from "./values.ts";

/** What a check found; the outbox gives it its place (`recorded_at`, `producer_id`, `sequence`). */
export type SiteReport = Valued<typeof REPORT_FIELDS>;

/** The six fields of the original Python service's report. */
export type V1Report = Pick<
  SiteReport,
  "url" | "response_time" | "response_code" | "pattern" | "pattern_match" | "error_text"
>;

/** A report on its way to the receiver; its trace stands beside it, in no record. */
export interface TracedReport extends SiteReport {
  /** Names the span of its check, as W3C's header does; absent when it has none. */
  readonly traceparent?: string;
}

/** Reports that were dropped and will never arrive. */
export type Gap = Valued<typeof GAP_FIELDS>;

/**
 * True when the site answered, whatever it said: with a status or, in a protocol without one, with a
 * body, even an empty one. Response times are counted of answered checks alone.
 */
export function isAnswered(
  { response_code, body_bytes }: Pick<SiteReport, "response_code" | "body_bytes">,
): boolean {
  return response_code !== null || body_bytes !== null;
}

/** The same as a condition of SQL on the columns of a report. */
export const IS_ANSWERED_SQL = "(response_code IS NOT NULL OR body_bytes IS NOT NULL)";
