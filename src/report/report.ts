/** The values that travel: what one check of a site found, and which reports were dropped. */
import type { GAP_FIELDS, REPORT_FIELDS } from "./fields.ts";
import type { Valued } from "./values.ts";

/** What a check found; the outbox gives it its place (`recorded_at`, `producer_id`, `sequence`). */
export type SiteReport = Valued<typeof REPORT_FIELDS>;

/** The report of the original Python service: the six fields that every version writes and reads. */
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
