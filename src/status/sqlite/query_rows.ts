/** From rows of SQLite to the values of the query port. */
import type { Outcome, Reason } from "../../report/outcome.ts";
import type { Timings } from "../../report/hop.ts";
import type { HistoryReport, LatencyPoint, SiteStatus, Transition } from "../queries.ts";

export type Row = Record<string, unknown>;

/** A row of the view `site_current`. */
export function statusOf(row: Row): SiteStatus {
  return {
    site: row.site as string,
    location: row.location as string,
    url: row.url as string,
    outcome: row.outcome as Outcome,
    reason: row.reason as Reason | null,
    responseTimeMs: row.response_time as number,
    responseCode: row.response_code as number | null,
    errorText: row.error_text as string | null,
    checkedAt: new Date(row.checked_at as string),
    since: row.since === null ? null : new Date(row.since as string),
    intervalMs: row.interval_ms as number | null,
    stale: row.stale === 1,
    labels: JSON.parse(row.labels as string),
    attempts: row.attempts as number,
    timings: timingsOf(row),
    remoteAddress: row.remote_address as string | null,
    certificateExpiresAt: row.certificate_expires_at === null
      ? null
      : new Date(row.certificate_expires_at as string),
  };
}

/** A row of `site_transition`. */
export function transitionOf(row: Row): Transition {
  return {
    at: dateOf(row.checked_at),
    from: row.from_outcome as Outcome | null,
    to: row.outcome as Outcome,
    reason: row.reason as Reason | null,
  };
}

/** A row of the view `site_latency`. */
export function latencyOf(row: Row): LatencyPoint {
  return { ...row as unknown as LatencyPoint, hour: new Date(row.hour as string) };
}

/** A row of `site_report`. */
export function reportOf(row: Row): HistoryReport {
  return {
    checkedAt: dateOf(row.checked_at),
    outcome: row.outcome as Outcome,
    reason: row.reason as Reason | null,
    responseTimeMs: row.response_time as number,
    responseCode: row.response_code as number | null,
    errorText: row.error_text as string | null,
    attempts: row.attempts as number,
    timings: timingsOf(row),
    remoteAddress: row.remote_address as string | null,
    httpVersion: row.http_version as string | null,
    finalUrl: row.final_url as string | null,
    certificateIssuer: row.certificate_issuer as string | null,
    failures: JSON.parse(row.failures as string),
    snippet: row.snippet as string | null,
  };
}

function timingsOf({ timings }: Row): Timings | null {
  return timings === null ? null : JSON.parse(timings as string);
}

function dateOf(micros: unknown): Date {
  return new Date(micros as number / 1_000);
}
