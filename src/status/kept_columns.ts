/** What every store keeps of a report: its fields, under their own names. */
import type { SiteReport } from "../report/report.ts";

type Fields = readonly (keyof SiteReport)[];

/** What site_report and site_status both keep, besides a report's site and its place in order. */
export const SHARED_COLUMNS = [
  "checked_at",
  "recorded_at",
  "url",
  "response_time",
  "response_code",
  "pattern",
  "pattern_match",
  "error_text",
  "outcome",
  "reason",
  "attempts",
  "timings",
  "remote_address",
  "certificate_expires_at",
  "interval_ms",
  "labels",
] as const satisfies Fields;

/** What site_report alone keeps. */
export const HISTORY_COLUMNS = [
  "hops",
  "http_version",
  "final_url",
  "body_bytes",
  "truncated",
  "certificate_issuer",
  "failures",
  "snippet",
] as const satisfies Fields;
